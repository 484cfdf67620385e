"""What a server prints when it is up."""

import socket

from bambleweeny import __version__
from bambleweeny.config import Address, Config


def banner(
    config: Config, listener: socket.socket, engine: str, login: str, *, sandbox: bool
) -> str:
    """Say where the server is, where its data are and how the admin logs in."""
    host, port = listener.getsockname()[:2]
    address = Address("localhost" if host in ("0.0.0.0", "::") else host, port)
    if config.redis_url:
        data = engine
    else:
        data = f"{config.data_dir}, thrown away at the end" if sandbox else str(config.data_dir)
    lines = [
        f"Bambleweeny {__version__} is up.",
        f"  URL    http://{address}",
        f"  Docs   http://{address}/docs",
        f"  Data   {data}",
        f"  Login  admin, {login}",
    ]
    if sandbox:
        lines[-1] = "  Login  admin, password changeme"
    return "\n".join(lines)
