"""Validation of names, URLs, durations, sizes, rates, media types and ETags; it is nowhere else."""

import re
from typing import NamedTuple

LONGEST_PASSWORD = 1024
"""In characters."""

TOKEN_PREFIX = "b9y_"
"""The beginning of the text of each named token."""

SANDBOX_MARK = "~"
"""Separates a user's id or name from the id of one of its sandboxes; no user's name has it."""
OPEN_OWNER = "open"
"""The id and name of the owner of the sandboxes that strangers make; no user has it."""
TOKEN_OWNER = r"(?:0|[1-9][0-9]{0,17})(?:~[a-z0-9]{6})?|open~[a-z0-9]{6}"
"""A regular expression of the tenants' ids in such texts."""

_LAST_PORT = 65535

_LONGEST_TTL = 3660 * 86400
"""In seconds."""

NAME_RULE = "Use 1 to 255 of A-Z a-z 0-9 _ : . -, but not . or .. alone."
USERNAME_RULE = "Use 1 to 64 of A-Z a-z 0-9 _ : . - @ +, but not . or .. alone."

_NAME = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9_:.\-]{1,255}").fullmatch
_PART_OF_NAME = re.compile(r"[A-Za-z0-9_:.\-]{1,255}").fullmatch
_USERNAME = re.compile(r"[A-Za-z0-9_:.\-@+]{1,64}").fullmatch
_USER_ID = re.compile(r"0|[1-9][0-9]{0,17}").fullmatch
_SANDBOX_ID = re.compile(r"[a-z0-9]{6}").fullmatch
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~\-]+"
_QUOTED = r'"[\x20\x21\x23-\x5b\x5d-\x7e]*"'
_MEDIA_TYPE = re.compile(
    rf"{_TOKEN}/{_TOKEN}(?:[ ]*;[ ]*{_TOKEN}=(?:{_TOKEN}|{_QUOTED}))*"
).fullmatch
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"\*|{_TAG}(?:[ \t]*,[ \t]*{_TAG})*").fullmatch
_DIGEST_TAG = re.compile(r'(W/)?"([0-9a-f]{40})"')
_ITEM_ID = re.compile(r"[1-9][0-9]{0,15}").fullmatch
_LABEL = r"[a-z0-9_-]{1,63}"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?").fullmatch
_SERVER_URL = re.compile(
    r"(https?)://(\[[^\[\]]*\]|[^\s\[\]/?#@:\\]+)(?::([0-9]{1,5}))?(/[!\"$->@-~]*)?", re.IGNORECASE
).fullmatch
_DURATION = re.compile(r"([0-9]{1,9})([smhd]?)").fullmatch
_SIZE = re.compile(r"([0-9]{1,15})(b|kb|mb|gb)?", re.IGNORECASE).fullmatch

_RATE = re.compile(r"([0-9]{1,7})/([smhd])").fullmatch
_MOST_REQUESTS = 1_000_000
_MOST_BYTES = 1 << 40
_UNITS_OF_RATES = ("s", "m", "h", "d")

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}


def is_name(text: str) -> bool:
    """Return whether text is a valid name of a key, a list or a topic.

    `.` and `..` are not: clients resolve them in a path before they send it.
    """
    return _NAME(text) is not None


def is_part_of_name(text: str) -> bool:
    """Return whether text is valid as a prefix or delimiter of names, or was as a name in 1.0."""
    return _PART_OF_NAME(text) is not None


def is_dots(text: str) -> bool:
    """Return whether text is a dot segment of a path (RFC 3986, 3.3)."""
    return text in (".", "..")


def is_username(text: str) -> bool:
    """Return whether text is a valid username."""
    return _USERNAME(text) is not None


def is_user_id(text: str) -> bool:
    """Return whether text has the form of a user ID."""
    return _USER_ID(text) is not None


def is_sandbox_id(text: str) -> bool:
    """Return whether text has the form of the ID of a sandbox."""
    return _SANDBOX_ID(text) is not None


def is_public_owner(text: str) -> bool:
    """Return whether a text can be USER in `@USER/NAME`: a user name, in a sandbox with its ID."""
    owner, mark, sandbox_id = text.partition(SANDBOX_MARK)
    return is_username(owner) and (is_sandbox_id(sandbox_id) or not mark)


def is_in_sandbox(tenant_id: str) -> bool:
    """Return whether a tenant is a sandbox: its id is the owner's, `~` and the sandbox's ID."""
    return SANDBOX_MARK in tenant_id


def owner_of(tenant_id: str) -> str:
    """Return the id of the user that a tenant belongs to; also the name, for a tenant's name."""
    return tenant_id.partition(SANDBOX_MARK)[0]


def shown_owner(tenant_id: str) -> str:
    """Return what answers show as the id of a user: in a sandbox that of its owner, or -1."""
    owner = owner_of(tenant_id)
    return "-1" if owner == OPEN_OWNER else owner


def sandbox_tenant(owner: str, sandbox_id: str) -> str:
    """Return the id of the tenant that is a sandbox."""
    return f"{owner}{SANDBOX_MARK}{sandbox_id}"


def id_of_sandbox(tenant_id: str) -> str:
    """Return the id of the sandbox that is a tenant."""
    return tenant_id.partition(SANDBOX_MARK)[2]


def saved_tenant(tenant_id: str, name: str) -> str:
    """Return the id with which the schema names the keys of a sandbox's saved set."""
    return f"{tenant_id}{SANDBOX_MARK}{name}"


def is_utf8(value: bytes) -> bool:
    """Return whether bytes are valid UTF-8."""
    if value.isascii():
        return True
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_public_id(text: str) -> bool:
    """Return whether text has the form of the ID of a route or a bin."""
    return _UUID(text) is not None


def is_item_id(text: str) -> bool:
    """Return whether text has the form of an item ID."""
    return _ITEM_ID(text) is not None


def is_media_type(text: str) -> bool:
    """Return whether text is a media type that is safe in a header."""
    return len(text) <= 255 and _MEDIA_TYPE(text) is not None


def parse_server_url(text: str) -> str:
    """Return the URL of a server, normalised and without a trailing `/`.

    Raises ValueError.
    """
    if not text.lower().startswith(("http://", "https://")):
        raise ValueError(f"'{text}' is not an http:// or https:// URL")
    match = _SERVER_URL(text)
    if match is None or int(match[3] or 0) > _LAST_PORT:
        # NOTE: the message must not quote the text, which may contain a password.
        raise ValueError("the URL of a server has a host, and at most a port and a path")
    scheme, host, port, path = match.groups("")
    return f"{scheme.lower()}://{_parse_host(host)}{port and ':'}{port}{path}".rstrip("/")


def _parse_host(text: str) -> str:
    """Return a host in lower case and ASCII, or an IPv6 address in brackets; else ValueError."""
    try:
        if text.startswith("["):
            from ipaddress import IPv6Address  # noqa: PLC0415  rarely needed

            return f"[{IPv6Address(text[1:-1])}]"
        host = (text if text.isascii() else text.encode("idna").decode()).lower()
        if _HOST(host):
            return host
    except ValueError:
        pass
    raise ValueError(f"'{text}' is neither the name nor an address of a host")


def parse_duration(text: str) -> int:
    """Return `30`, `30s`, `5m`, `2h` or `7d` in seconds. Raises ValueError."""
    match = _DURATION(text)
    if match is None:
        raise ValueError(f"'{text}' is not a duration; write 30, 30s, 5m, 2h or 7d")
    return int(match[1]) * _SECONDS[match[2]]


def parse_ttl(text: str) -> int:
    """Return a TTL in seconds, at most 3660 days. Raises ValueError."""
    seconds = parse_duration(text)
    if not 1 <= seconds <= _LONGEST_TTL:
        raise ValueError(f"'{text}' is not within 1s and 3660d")
    return seconds


def parse_tags(text: str, *, weak: bool = False) -> str:
    """Return an If-Match value as `*`, or as digests separated by spaces.

    ETags that no value here can have are left out, and weak ones unless `weak` is set; if
    none remains, returns `-`. Raises ValueError if the value is malformed.
    """
    if _TAGS(text) is None:
        raise ValueError('write * or an ETag with its quotes, as "2fd4e1c6..."')
    if text == "*":
        return text
    digests = [match[2] for match in _DIGEST_TAG.finditer(text) if weak or not match[1]]
    return " ".join(digests) or "-"


def parse_size(text: str) -> int:
    """Return `512`, `64kb`, `1mb` or `2gb` in bytes. Raises ValueError."""
    match = _SIZE(text)
    if match is None:
        raise ValueError(f"'{text}' is not a size; write 512, 64kb, 1mb or 2gb")
    return int(match[1]) * _BYTES[(match[2] or "").lower()]


class Rate(NamedTuple):
    """A number of requests, or of bytes, in a number of seconds."""

    requests: int
    seconds: int


def parse_rate(text: str) -> Rate:
    """Parse `100/s`, `10/m`, `5/h` or `7/d`, of at most 1,000,000 requests. Raises ValueError."""
    match = _RATE(text)
    if match is None or not 1 <= int(match[1]) <= _MOST_REQUESTS:
        raise ValueError(
            f"'{text}' is not a rate; write 100/s, 10/m, 5/h or 7/d, up to {_MOST_REQUESTS}"
        )
    return Rate(int(match[1]), _SECONDS[match[2]])


def parse_byte_rate(text: str) -> Rate:
    """Parse `16mb/m` or `1gb/d`: a size in a second, minute, hour or day. Raises ValueError."""
    size, slash, unit = text.rpartition("/")
    try:
        most = parse_size(size) if slash and unit in _UNITS_OF_RATES else 0
    except ValueError:
        most = 0
    if not 1 <= most <= _MOST_BYTES:
        raise ValueError(
            f"'{text}' is not a rate of bytes; write 1mb/s, 16mb/m or 2gb/d, up to 1 TB"
        )
    return Rate(most, _SECONDS[unit])
