"""The document of a bin: what it accepts, what it keeps and what it answers."""

import builtins
import re
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from bambleweeny.core.bins.challenges import Challenge, ChallengeName
from bambleweeny.core.bins.verification import Verify
from bambleweeny.core.mocks.documents import Answer, invalid, is_method
from bambleweeny.core.mocks.references import NAME_RULE as BIN_NAME_RULE
from bambleweeny.core.mocks.references import is_public_name
from bambleweeny.core.mocks.refusals import Refused
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import (
    NAME_RULE,
    Rate,
    is_name,
    parse_byte_rate,
    parse_duration,
    parse_rate,
    parse_size,
)

DEFAULT_MAX_BODY = 256 << 10
DEFAULT_RATE = "600/m"
DEFAULT_RATE_BYTES = "16mb/m"
_LONGEST_RATE = 32
_LONGEST_LIFE = 3660 * 86400
_ONCE = re.compile(r"(header|query|body) ([!-~]{1,256})").fullmatch
REFERENCE = "See /docs/webhook-reference."


class Once(NamedTuple):
    """The part of a request that names it: a header, a field of the query, or a path in JSON."""

    source: Literal["header", "query", "body"]
    name: str


class BinDocument(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A bin: where its requests go, which it accepts, and how it answers."""

    list: str = ""
    topic: str = ""
    name: str = ""
    keep: Literal["body", "request"] = "body"
    methods: "str | builtins.list[str] | UnsetType" = UNSET
    paths: bool | UnsetType = UNSET
    answer: Answer | UnsetType = UNSET
    challenge: ChallengeName | Challenge | UnsetType = UNSET
    verify: Verify | UnsetType = UNSET
    once: str = ""
    max_body: str | int = DEFAULT_MAX_BODY
    rate: str = DEFAULT_RATE
    rate_bytes: str = DEFAULT_RATE_BYTES
    ends: str = ""
    ends_at: datetime | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Check each field, and those that need each other."""
        _require(bool(self.list) != bool(self.topic), "A bin has one of 'list' and 'topic'")
        for field, name in (("list", self.list), ("topic", self.topic)):
            _require(not name or is_name(name), f"'{field}' is not a name. {NAME_RULE}")
        _require(
            not self.name or is_public_name(self.name),
            f"'{self.name[:64]}' cannot name a bin. {BIN_NAME_RULE}",
        )
        _require(
            all(map(is_method, self.method_names)),
            "'methods' is '*' or has methods in capitals, as POST",
        )
        is_marked = self.verify is not UNSET and self.verify.otherwise == "keep"
        _require(
            self.keep == "request" or not is_marked,
            "'else': 'keep' needs 'keep': 'request', which has the place for 'verified'",
        )
        _require(not (self.once and self.topic), "'once' needs a 'list': a topic keeps all")
        _require(not self.ends or self.ends_at is UNSET, "A bin has one of 'ends' and 'ends_at'")
        _require(self.ends_at is UNSET or self.ends_at.tzinfo, "'ends_at' ends in Z, or an offset")
        # NOTE: what cannot be read is refused here, with its place in the document.
        _ = (self.most_bytes, self.limit, self.byte_limit, self.life, self.request_name)

    @property
    def method_names(self) -> "tuple[str, ...]":
        """The methods that it stores; none are all."""
        if self.methods is UNSET:
            return () if self.keep == "request" else ("POST",)
        if isinstance(self.methods, str):
            return () if self.methods == "*" else (self.methods,)
        _require(self.methods, "'methods' has at least one method")
        return tuple(self.methods)

    @property
    def has_paths(self) -> bool:
        """Whether paths below the bin's are the bin's, too."""
        return self.keep == "request" if self.paths is UNSET else self.paths

    @property
    def most_bytes(self) -> int:
        """The most bytes of a body."""
        try:
            most = parse_size(str(self.max_body))
        except ValueError as ex:
            raise Refused("invalid_bin", f"'max_body': {str(ex)[:200]}") from ex
        _require(most >= 1, "'max_body' is at least 1")
        return most

    @property
    def limit(self) -> Rate:
        """The rate in requests."""
        try:
            return parse_rate(self.rate)
        except ValueError as ex:
            raise Refused(
                "invalid_bin",
                "'rate' is a number of requests in a second, minute, hour or day, as 600/m; "
                "it is 1000000 at most",
            ) from ex

    @property
    def byte_limit(self) -> Rate:
        """The rate in bytes of items."""
        try:
            return parse_byte_rate(self.rate_bytes[:_LONGEST_RATE])
        except ValueError as ex:
            raise Refused("invalid_bin", f"'rate_bytes': {ex}") from ex

    @property
    def life(self) -> int:
        """The seconds after which the bin ends, or 0 if it does not."""
        if not self.ends:
            return 0
        try:
            seconds = parse_duration(self.ends)
        except ValueError as ex:
            raise Refused("invalid_bin", f"'ends': {str(ex)[:200]}") from ex
        _require(1 <= seconds <= _LONGEST_LIFE, "'ends' is from 1s to 3660d")
        return seconds

    @property
    def request_name(self) -> Once | None:
        """The part of a request by which it is stored once."""
        if not self.once:
            return None
        found = _ONCE(self.once)
        _require(found, "'once' is written as 'header NAME', 'query NAME' or 'body PATH'")
        assert found
        source, name = found.groups()
        _require(source != "header" or "_" not in name, "A header with '_' is not kept")
        return Once(source, name.lower() if source == "header" else name)  # type: ignore[arg-type]


_STRUCTS = {"": BinDocument, "answer": Answer, "verify": Verify, "challenge": Challenge}

_decode = msgspec.json.Decoder(BinDocument).decode


def read_document(body: bytes) -> BinDocument:
    """Read a document; what is refused is named with its JSON path.

    The templates of its answer are checked by `inbox.load`.
    """
    try:
        return _decode(body)
    except msgspec.ValidationError as ex:
        raise unusable(ex) from ex
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as ex:
        raise unusable(Refused("invalid_bin", f"The body is not valid JSON: {ex}")) from ex


def unusable(ex: Exception) -> BambleweenyError:
    """Make the error of a refused document; `ex` is Refused, or msgspec's with or without one."""
    return invalid(ex, _STRUCTS, "invalid_bin", REFERENCE)


def _require(is_met: object, text: str) -> None:
    if not is_met:
        raise Refused("invalid_bin", text)
