"""`bin tail`: the newest requests of a bin, which stay in its list."""

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bambleweeny.cli.commands.listen.found import newest_dead
from bambleweeny.cli.commands.listen.lists import place_that_exists
from bambleweeny.cli.context import Context
from bambleweeny.cli.escapes import visible
from bambleweeny.cli.failures import WrongUse
from bambleweeny.cli.output import Output, as_moment, as_text, counted
from bambleweeny.errors import NoAnswer, StoreUnavailable

if TYPE_CHECKING:
    from bambleweeny.client import BinRequest, Client, Item, Part

_READY = "ready"
_WAIT_SECONDS = 30
_PAUSE_SECONDS = 1.0
_MOST_SHOWN = 64 << 10
"""In characters, the bound of a body that is shown."""
_MOST_OF_A_PART = 200


def tail(context: Context) -> None:
    """Print the newest requests, the newest last, and with --follow those that arrive then."""
    args, client = context.args, context.client
    if args.follow and args.state != _READY:
        raise WrongUse(f"--follow shows the requests that arrive; it has no --state {args.state}.")
    name = place_that_exists(client, args.id).list
    newest = _newest(client, name, args.state, args.lines)
    for item in newest:
        _show(context.out, item, has_body=args.body)
    if args.follow:
        for item in _arriving(client, name, newest[-1].id if newest else None):
            _show(context.out, item, has_body=args.body)


def _newest(client: "Client", name: str, state: str, most: int) -> "list[Item]":
    """Return the newest items in a state, the newest last."""
    if state == "dead":
        return newest_dead(client, name, most)
    return [*client.lists.items(name, state, order="newest", limit=most)][::-1]


def _arriving(client: "Client", name: str, after: str | None) -> Iterator["Item"]:
    """Yield the items after one, as they arrive; never ends. A broken connection is retried."""
    while True:
        begun = time.monotonic()
        has_any = False
        try:
            for item in client.lists.items(name, after=after, wait=_WAIT_SECONDS):
                has_any, after = True, item.id
                yield item
        except (NoAnswer, StoreUnavailable):
            time.sleep(_PAUSE_SECONDS)
        # NOTE: a server without a free wait slot answers at once.
        if not has_any and time.monotonic() - begun < _PAUSE_SECONDS:
            time.sleep(_PAUSE_SECONDS)


def _show(out: Output, item: "Item", *, has_body: bool) -> None:
    from bambleweeny.client import BinRequest  # noqa: PLC0415  `--help` needs no client

    request = BinRequest.from_item(item.value)
    url = f"{request.path or '/'}{f'?{request.query}' if request.query else ''}"
    moment = as_moment(request.time or item.enqueued)
    size = request.cut or len(request.body)
    if out.as_json:
        out.record(_record(item, request, moment))
    else:
        words = [moment, item.id, request.method, url, request.ip, request.type]
        line = " ".join([*filter(None, words), counted(size, "byte")])
        if request.verified is not None:
            line += ", verified" if request.verified else ", not verified"
        if item.reason:
            line += f", dead: {item.reason}"
        out.line(visible(line, keep=""))
        if has_body:
            for text in body_lines(request):
                out.line(f"  {text}")
    out.flush()


def _record(item: "Item", request: "BinRequest", moment: str) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": item.id,
        "time": moment,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
        "ip": request.ip,
        "verified": request.verified,
        "state": item.state,
        "attempt": item.attempt,
        "reason": item.reason,
    }
    parts = _parts_of(request)
    if parts is None:
        return {**record, "body": as_text(request.body)}
    return {**record, "parts": [_record_of_part(part) for part in parts]}


def _record_of_part(part: "Part") -> dict[str, Any]:
    record = {"name": part.name, "filename": part.filename, "type": part.type}
    return {**record, "size": len(part.body), "body": as_text(part.body)}


def body_lines(request: "BinRequest") -> list[str]:
    """Return a body as lines: the parts of a multipart one, JSON indented, binary as its size."""
    if not request.body:
        return []
    parts = _parts_of(request)
    if parts is not None:
        return [_line_of_part(part) for part in parts]
    text = _text_of(request.body)
    if text is None:
        return [f"binary, {counted(len(request.body), 'byte')}"]
    lines = [visible(line, keep="\t") for line in _indented(text)[:_MOST_SHOWN].split("\n")]
    if len(text) > _MOST_SHOWN:
        lines.append(f"... {counted(len(text) - _MOST_SHOWN, 'character')} more")
    return lines


def _line_of_part(part: "Part") -> str:
    words = [json.dumps(part.name, ensure_ascii=False)]
    if part.filename is not None:
        words.append(f"file {json.dumps(part.filename, ensure_ascii=False)}")
    words += [part.type, counted(len(part.body), "byte")]
    text = _text_of(part.body)
    if text is not None and len(text) <= _MOST_OF_A_PART and part.filename is None:
        words.append(f"= {text}")
    return visible(" ".join(words), keep="")


def _parts_of(request: "BinRequest") -> "list[Part] | None":
    try:
        return request.parts()
    except ValueError:
        return None


def _indented(text: str) -> str:
    if text[:1] not in ("{", "["):
        return text.removesuffix("\n")
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def _text_of(body: bytes) -> str | None:
    """Return a body as text, or None if it is binary."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text
