"""Bambleweeny: an HTTP key-value store and message broker in one program."""

from bambleweeny.errors import BambleweenyError

__all__ = ["BambleweenyError", "__version__"]

__version__ = "1.0.0"
