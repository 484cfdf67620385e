"""What people may write in the lines of an import or a seed in place of what an export writes."""

import re

import msgspec

from bambleweeny.errors import InvalidRequest

_OBJECTS = re.compile(rb'"(?:document"\s*:\s*\{|json"\s*:)')
"""Match what a line has whose form may differ; an export writes each document as a text."""
_FORMS = {
    "key": "value", "item": "value", "message": "value", "route": "document", "bin": "document",
}  # fmt: skip
_TYPES = {"key": "content_type", "message": "type"}
_JSON = b'"application/json"'
_JOINED = re.compile(rb'\}\s*\{\s*"')
_FILE = re.compile(rb"\s*[\w./\\ ~:-]+\.(?:ndjson|jsonl|json|txt)\s*")

_Fields = dict[str, msgspec.Raw]
_fields_of = msgspec.json.Decoder(_Fields).decode


def plain_line(line: bytes) -> bytes:
    """Return a line with documents as texts, and with the text of each value `{"json": ...}`.

    The text is the JSON as the line has it; a key or message that names no type has
    application/json. Other lines are returned as they are, also those that are not valid, but
    InvalidRequest is raised for too many levels.
    """
    if not _OBJECTS.search(line):
        return line
    try:
        [(kind, raw)] = _fields_of(line).items()
        fields, name = _fields_of(raw), _FORMS[kind]
        found = bytes(fields[name])
        if name == "value":
            [(only, found)] = ((key, bytes(value)) for key, value in _fields_of(found).items())
            if only != "json":
                return line
            if kind in _TYPES:
                fields.setdefault(_TYPES[kind], msgspec.Raw(_JSON))
        fields[name] = msgspec.Raw(msgspec.json.encode(found.decode()))
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, ValueError):
        return line
    except RecursionError as ex:
        raise InvalidRequest("It has too many levels.") from ex
    return msgspec.json.encode({kind: fields})


def hint_at_lines(line: bytes) -> str | None:
    """Return the likely cause if a line is no JSON: joined lines, or the name of a file."""
    if _JOINED.search(line):
        return "Each line has one object. 'curl -d @FILE' joins the lines; use --data-binary @FILE."
    if _FILE.fullmatch(line):
        return (
            "It looks like the name of a file. Send the text of the file: Path(NAME) in Python, "
            "readFileSync(NAME) in JavaScript, --data-binary @NAME in curl."
        )
    return None
