"""The text that a server prints when it is ready."""

import socket

from bambleweeny import __version__
from bambleweeny.config import Config
from bambleweeny.options import Address


def banner(
    config: Config, listener: socket.socket, engine: str, login: str, *, sandbox: bool
) -> str:
    """Return the lines with the server's URL, its data and the admin's login."""
    host, port = listener.getsockname()[:2]
    is_wildcard = host in ("0.0.0.0", "::")
    address = Address("localhost" if is_wildcard else host, port)
    if config.redis_url:
        data = engine
    else:
        data = (
            f"{config.data_dir}, deleted when the sandbox stops"
            if sandbox
            else str(config.data_dir)
        )
    url = f"http://{address}{config.base_path}"
    password = f"password {config.admin_password}" if sandbox else login
    shown = {
        "URL": url + " and every address of this machine" * is_wildcard,
        "Console": f"{url}/console" if config.console == "on" else "",
        "Docs": f"{url}/docs",
        "Front": f"http://{address}/ is the route {config.front}" if config.front else "",
        "Data": data,
        "Login": f"admin, {password}",
    }
    lines = [f"Bambleweeny {__version__} is up."]
    lines += [f"  {word:<8} {text}" for word, text in shown.items() if text]
    if sandbox and not config.listen.is_loopback:
        lines.append("  Note     everybody who can reach this machine can log in")
    return "\n".join(lines)
