"""A bin's document, compiled: what it does with a request, as far as no engine is needed."""

from random import Random, SystemRandom
from typing import Literal

import msgspec
from msgspec import UNSET

from bambleweeny.core.bins.challenges import Handshake, answer_of
from bambleweeny.core.bins.documents import BinDocument, read_document, unusable
from bambleweeny.core.mocks.answers import Preference
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.documents import Answer, Rule
from bambleweeny.core.mocks.refusals import Refused, located
from bambleweeny.core.mocks.rules import Candidate, CompiledRule, methods_of
from bambleweeny.errors import BodyTooLarge, MethodNotAllowed, NotFound

_CHANCE = SystemRandom()
_OK = Answer(text="OK")
_PROBES = ("HEAD", "OPTIONS")
_ONCE_CHARACTERS = 512
_US = 1_000_000


class Inbox:
    """A compiled document. It is never changed, so that threads may share it."""

    def __init__(self, document: BinDocument) -> None:
        self.document = document
        self.verify = None if document.verify is UNSET else document.verify
        self.max_body = document.most_bytes
        self.burst, seconds = document.limit
        self.interval_us = seconds * _US // self.burst
        """The microseconds after which one more request is accepted."""
        self._challenge = None if document.challenge is UNSET else document.challenge
        self._methods = methods_of(document.method_names)
        self._once = document.request_name
        answer = _OK if document.answer is UNSET else document.answer
        self._rule = located(".answer", _rule_of, answer)

    def check(self, call: Call, size: int) -> Literal["probe", "store"]:
        """Return what a request is for; HEAD and OPTIONS are answered, and never stored.

        Raises NotFound below a bin without paths, MethodNotAllowed and BodyTooLarge.
        """
        if call.path.strip("/") and not self.document.has_paths:
            raise NotFound()
        if call.method in _PROBES:
            return "probe"
        if self._methods is not None and call.method not in self._methods:
            error = MethodNotAllowed(hint=f"This bin takes {self.allowed}.")
            error.allow = self.allowed
            raise error
        if size > self.max_body:
            raise BodyTooLarge(hint=f"This bin takes bodies of up to {self.max_body} bytes.")
        return "store"

    @property
    def allowed(self) -> str:
        """The methods that the bin answers, as a value of Allow."""
        names = self._methods or ("DELETE", "GET", "PATCH", "POST", "PUT")
        return ", ".join(sorted({*names, *_PROBES}))

    def handshake(self, call: Call) -> Handshake | None:
        """Return the answer to a provider's challenge, or None if the request is none."""
        return answer_of(self._challenge, call) if self._challenge else None

    def once_of(self, call: Call) -> str:
        """Return the name of a request that is stored once, or "" if it has none."""
        if self._once is None:
            return ""
        source, name = self._once
        if source == "header":
            found = call.headers.get(name, "")
        elif source == "query":
            found = next(iter(call.query_values.get(name, ())), "")
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
    rule = CompiledRule(0, Rule(answers=[answer]), "")
    if rule.counts:
        raise Refused("invalid_template", "A bin counts nothing, so that it has no $count")
    return rule


def _text_of(part: msgspec.Raw) -> str:
    value = msgspec.json.decode(part)
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, dict | list) else bytes(part).decode()
