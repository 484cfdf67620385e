"""A bin's document, compiled: what it does with a request, as far as no engine is needed."""

from collections.abc import Mapping
from math import inf
from random import Random, SystemRandom

import msgspec
from msgspec import UNSET

from bambleweeny.core.bins.challenges import (
    Handshake,
    answer_of,
    check_challenge,
    signs_for_anyone,
)
from bambleweeny.core.bins.documents import BinDocument, read_document, unusable
from bambleweeny.core.mocks.answers import Preference
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.documents import Answer, Rule
from bambleweeny.core.mocks.refusals import Refused, located
from bambleweeny.core.mocks.rules import Candidate, CompiledRule, methods_of
from bambleweeny.core.rates.policies import BYTES, policy_of
from bambleweeny.errors import BodyTooLarge, MethodNotAllowed, NotFound

_CHANCE = SystemRandom()
_OK = Answer(text="OK")
_UNREADABLE_CHARACTER = "\ufffd"
PROBES = ("HEAD", "OPTIONS")
"""Methods that are answered, and never stored."""
_ONCE_CHARACTERS = 512


class Inbox:
    """A compiled document. It is never changed, so that threads may share it."""

    def __init__(self, document: BinDocument) -> None:
        self.document = document
        self._verify = None if document.verify is UNSET else document.verify
        self.max_body = document.most_bytes
        self.policies = (
            policy_of("bin", document.limit),
            policy_of("bin-bytes", document.byte_limit, unit=BYTES),
        )
        """The rates of requests and of the bytes that they add."""
        self.ends = inf if document.ends_at is UNSET else document.ends_at.timestamp()
        """In seconds since 1970."""
        self._challenge = None if document.challenge is UNSET else document.challenge
        if self._challenge:
            check_challenge(self._challenge)
        self._methods = methods_of(document.method_names)
        self._once = document.request_name
        answer = _OK if document.answer is UNSET else document.answer
        self._rule = located(".answer", _rule_of, answer)

    def check_size(self, size: int) -> None:
        """Raise BodyTooLarge if a body is over `max_body`."""
        if size > self.max_body:
            raise BodyTooLarge(hint=f"This bin takes bodies of up to {self.max_body} bytes.")

    def check_path(self, call: Call) -> None:
        """Raise NotFound below a bin without paths."""
        if call.path.strip("/") and not self.document.has_paths:
            raise NotFound()

    def check_method(self, method: str) -> None:
        """Raise MethodNotAllowed if the bin stores no requests of this method."""
        if self._methods is not None and method not in self._methods:
            error = MethodNotAllowed(hint=f"This bin takes {self.allowed}.")
            error.allow = self.allowed
            raise error

    def is_verified(self, headers: Mapping[str, str], sent: bytes, now: float) -> bool | None:
        """Return whether a request is signed, or None if the bin does not verify."""
        if self._verify is None:
            return None
        if self._challenge and signs_for_anyone(self._challenge, sent):
            return False
        return self._verify.check(headers, sent, now)

    def refuse_unverified(self, headers: Mapping[str, str], now: float) -> None:
        """Raise InvalidSignature, unless the bin keeps what is not signed."""
        if self._verify and self._verify.otherwise == "reject":
            raise self._verify.refusal(headers, now)

    @property
    def reads_keys(self) -> bool:
        """Whether the answer has keys in it."""
        return any(answer.key or "key" in answer.sources for answer in self._rule.answers)

    @property
    def allowed(self) -> str:
        """The methods that the bin answers, as a value of Allow."""
        names = self._methods or ("DELETE", "GET", "PATCH", "POST", "PUT")
        return ", ".join(sorted({*names, *PROBES}))

    def handshake(self, call: Call, *, is_verified: bool | None) -> Handshake | None:
        """Return the answer to a provider's challenge, or None if the request is none.

        A challenge in a body is signed like any event, and answered only if it is.
        """
        if self._challenge is None or (is_verified is False and call.body):
            return None
        return answer_of(self._challenge, call)

    def once_of(self, call: Call) -> str:
        """Return the name of a request that is stored once, or "" if it has none.

        A name in a body is JSON as it was sent: 1 and "1" are two names. A name in the query that
        is not UTF-8 is none.
        """
        if self._once is None:
            return ""
        source, name = self._once
        if source == "header":
            found = call.headers.get(name, "")
        elif source == "query":
            found = next(iter(call.query_values.get(name, ())), "")
            found = "" if _UNREADABLE_CHARACTER in found else found
        else:
            part = call.json.part(name)
            found = "" if part is None else _text_of(part)
        return found if len(found) <= _ONCE_CHARACTERS else ""

    def candidate(self, call: Call, chance: Random = _CHANCE) -> Candidate:
        """Return the bin's answer for a call, to be rendered."""
        found = self._rule.candidate(call, Preference(), chance, None)
        assert found
        return found


def load(body: bytes) -> Inbox:
    """Read, check and compile a document; what is refused is named with its JSON path."""
    document = read_document(body)
    try:
        return Inbox(document)
    except Refused as ex:
        raise unusable(ex) from ex


def _rule_of(answer: Answer) -> CompiledRule:
    try:
        rule = CompiledRule(0, Rule(answers=[answer]), "")
    except Refused as ex:
        raise Refused(ex.code, str(ex).replace("$.answers[0]", "$")) from ex
    if rule.counts:
        raise Refused("invalid_template", "A bin counts nothing, so that it has no $count")
    return rule


def _text_of(part: msgspec.Raw) -> str:
    text = bytes(part).decode()
    return "" if text[0] in "n{[" else text
