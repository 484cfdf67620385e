"""The stored form of a named token."""

import msgspec


class TokenRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """The stored form of a named token. Times are in seconds since the epoch; `expires` 0 is never.

    `digest` is the SHA-256 of the text, in hex. Until `old_until` the text with `old_digest` is
    valid too. `rate_of` is the id of the token that made a sandbox: the rate of the sandbox's token
    is that of both together.
    """

    name: str
    scopes: tuple[str, ...]
    made: int
    digest: str
    expires: int = 0
    rate: str = ""
    old_digest: str = ""
    old_until: int = 0
    rate_of: str = ""

    def packed(self) -> bytes:
        """Encode the record."""
        return msgspec.json.encode(self)


def token_record_of(packed: bytes) -> TokenRecord:
    """Decode a stored record."""
    return msgspec.json.decode(packed, type=TokenRecord)
