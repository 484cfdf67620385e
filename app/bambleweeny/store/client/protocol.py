"""The parts of the Redis protocol that the rest of the store uses: reader, errors, commands."""

from hiredis import ProtocolError, Reader, ReplyError, pack_command

__all__ = ["ProtocolError", "Reader", "ReplyError", "pack_command"]
