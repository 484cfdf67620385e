"""Bambleweeny: an HTTP key-value store and message broker in one program."""

from typing import TYPE_CHECKING, Any

from bambleweeny.errors import BambleweenyError

if TYPE_CHECKING:
    from bambleweeny.client import Client

__all__ = ["BambleweenyError", "Client", "__version__"]

__version__ = "1.1.0"


def __getattr__(name: str) -> Any:
    """Import the client on first use, so that `import bambleweeny` stays fast."""
    if name == "Client":
        from bambleweeny.client import Client  # noqa: PLC0415

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
