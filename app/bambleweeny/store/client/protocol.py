"""The Redis protocol for the rest of the store: its reader, its errors, its commands."""

from hiredis import ProtocolError, Reader, ReplyError, pack_command

__all__ = ["ProtocolError", "Reader", "ReplyError", "pack_command"]
