"""A HAR becomes recorded answers: one rule for each request, its answers in their order."""

from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from msgspec import Raw

from bambleweeny.core.mocks.documents import is_method
from bambleweeny.core.mocks.headers import (
    is_allowed,
    is_cookie_name,
    is_cookie_value,
    is_header_value,
)
from bambleweeny.core.mocks.imports.recorded_bodies import by_body, exactly
from bambleweeny.core.mocks.imports.result import (
    Fields,
    Imported,
    Notes,
    answer_with,
    check_count,
    check_prefix,
    finished,
    importer,
    invalid_import,
    label_of,
    read_json,
)
from bambleweeny.core.mocks.limits import ANSWERS, SEGMENTS
from bambleweeny.core.mocks.values import context_of, parsed
from bambleweeny.names import is_media_type

_NOT_KEPT = frozenset(("content-encoding", "content-type", "date", "server", "age", "via"))
"""Headers that are of the recorded connection, or that the body no longer has."""


class _Request(NamedTuple):
    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: str
    answer: Fields


@importer
def import_har(body: bytes, prefix: str = "", host: str = "", only: Sequence[str] = ()) -> Imported:
    """Make a route of the requests to one host: the given one, or the one with the most.

    `only` has the beginnings of paths.
    """
    check_prefix(prefix)
    notes = Notes()
    found = [request for entry in _entries(read_json(body)) if (request := _read(entry, notes))]
    chosen = (
        host or Counter(request.host for request in found).most_common(1)[0][0] if found else ""
    )
    kept = []
    for request in found:
        if request.host != chosen:
            notes.add("Left out, as it is of another host", request.host)
        elif not only or request.path.startswith(tuple(only)):
            kept.append(request)
    rules = _rules(kept, notes)
    return finished(rules, notes, prefix=prefix)


def _entries(har: Any) -> list[Any]:
    log = har.get("log") if isinstance(har, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise invalid_import("A HAR has 'log' with 'entries' in it.")
    return entries


def _read(entry: Any, notes: Notes) -> _Request | None:
    try:
        request, response = entry["request"], entry["response"]
        url = urlsplit(request["url"])
        method, status = str(request["method"]).upper(), int(response["status"])
        query = tuple(parse_qsl(url.query, keep_blank_values=True))
        data = request.get("postData") or {}
        text = data.get("text") if isinstance(data, dict) else ""
    except (TypeError, KeyError, ValueError, AttributeError):
        notes.add("Left out, as it is no request with an answer")
        return None
    where = f"{method} {url.path}"
    if not is_method(method):
        notes.add("Left out, as no rule has such a method", where)
    elif url.scheme not in ("http", "https") or not 200 <= status <= 599 or status == 304:
        notes.add("Left out, as it has no answer", where)
    elif method == "OPTIONS" and _header(request, "access-control-request-method"):
        notes.add("Left out, as the server answers CORS itself", where)
    elif url.path.count("/") > SEGMENTS:
        notes.add(f"Left out, as its path has over {SEGMENTS} segments", where)
    else:
        answer = _answer(response, status, where, notes)
        kept = {name: value for name, value in reversed(query) if name != "_"}
        if len(query) > len(dict(query)):
            notes.add("Of a repeated field of the query only the first value counts", where)
        pairs = tuple(sorted(kept.items()))
        return _Request(method, url.netloc, url.path or "/", pairs, str(text or ""), answer)
    return None


def _answer(response: Any, status: int, where: str, notes: Notes) -> Fields:
    answer: Fields = {"status": status}
    headers: dict[str, str] = {}
    names: dict[str, str] = {}
    for header in _list(response, "headers"):
        name, value = str(header.get("name", "")), str(header.get("value", ""))
        lower = name.lower()
        if lower in _NOT_KEPT or lower == "set-cookie" or lower.startswith(":"):
            continue
        if not is_cookie_name(name) or not is_header_value(value) or not is_allowed(name):
            notes.add("A header is left out, as a rule may not set it", lower)
            continue
        # NOTE: a name may be written in two ways.
        known = names.setdefault(lower, name)
        joined = f"{headers[known]}, {value}" if known in headers else value
        if is_header_value(joined):
            headers[known] = joined
        else:
            notes.add("A header is left out, as it is too long", lower)
    if headers:
        answer["headers"] = headers
    cookies = _cookies(response)
    if cookies:
        answer["cookies"] = cookies
        notes.add("Recorded cookies are in the answers; they may be secrets", where)
    return answer | _body(response, where, notes)


def _cookies(response: Any) -> Fields:
    found: Fields = {}
    for cookie in _list(response, "cookies"):
        name, value = str(cookie.get("name", "")), str(cookie.get("value", ""))
        if is_cookie_name(name) and is_cookie_value(value):
            flags = {"secure": cookie.get("secure"), "http_only": cookie.get("httpOnly")}
            kept = {flag: True for flag, is_set in flags.items() if is_set is True}
            found[name] = {"value": value, **kept} if kept else value
    return found


def _body(response: Any, where: str, notes: Notes) -> Fields:
    content = response.get("content")
    content = content if isinstance(content, dict) else {}
    text, kind = content.get("text"), str(content.get("mimeType") or "")
    if not is_media_type(kind):
        kind = "application/octet-stream"
    if not isinstance(text, str) or not text:
        if content.get("size", 0) not in (0, -1):
            notes.add("The body is empty, as it was not recorded", where)
        return {}
    if content.get("encoding") == "base64":
        try:
            data = b64decode(text.encode(), validate=True)
        except ValueError:
            notes.add("The body is empty, as its Base64 is damaged", where)
            return {}
    else:
        data = text.encode("utf-8", "replace")
    return _typed(data, kind)


def _typed(data: bytes, kind: str) -> Fields:
    bare = kind.partition(";")[0].strip()
    is_text = context_of(kind) != "text" or kind.startswith("text/")
    if context_of(kind) == "data" and (found := parsed(data)):
        text = bytes(found).decode()
        return answer_with({"json": Raw(bytes(found)), "content_type": bare}, text)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return {"base64": data, "content_type": kind}
    if not is_text:
        return {"base64": data, "content_type": kind}
    return answer_with({"text": text, "content_type": f"{bare}; charset=utf-8"}, text)


def _rules(requests: list[_Request], notes: Notes) -> list[Fields]:
    groups: dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, list[_Request]]] = {}
    for request in requests:
        bodies = groups.setdefault((request.method, request.path, request.query), {})
        bodies.setdefault(request.body, []).append(request)
    found: list[tuple[list[_Request], Fields]] = []
    # NOTE: of two rules of one path the one that wants more of the query has to be first.
    for (_, _, query), bodies in sorted(groups.items(), key=lambda group: -len(group[0][2])):
        when = {"query": {name: exactly(value) for name, value in query}} if query else {}
        for condition, same in by_body(bodies, notes):
            found.append((same, {**condition, **when}))
    check_count(len(found))
    return [_rule(same, when, notes) for same, when in found]


def _rule(requests: Sequence[_Request], when: Fields, notes: Notes) -> Fields:
    first = requests[0]
    where = f"{first.method} {first.path}"
    rule: Fields = {
        "name": label_of(where),
        "method": first.method,
        "path": "/".join(quote(part, safe="%!$&'()+,;=:@~") for part in first.path.split("/")),
    }
    if when:
        rule["when"] = when
    answers = [request.answer for request in requests[: ANSWERS + 1]]
    if all(request.answer == answers[0] for request in requests):
        answers = answers[:1]
    if len(answers) > ANSWERS:
        notes.add(f"Only the first {ANSWERS} answers are kept", where)
    elif len(answers) > 1:
        notes.add("Repeated calls get the recorded answers in turn, then the last one", where)
    return rule | {"answers": answers[:ANSWERS]}


def _list(holder: Any, name: str) -> list[Any]:
    found = holder.get(name) if isinstance(holder, dict) else None
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _header(request: Any, name: str) -> str:
    for header in _list(request, "headers"):
        if str(header.get("name", "")).lower() == name:
            return str(header.get("value", ""))
    return ""
