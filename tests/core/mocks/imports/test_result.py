"""What all imports have in common."""

import json

import pytest
from bambleweeny.core.mocks.imports.result import (
    Notes,
    check_prefix,
    finished,
    label_of,
    name_part,
)
from bambleweeny.core.mocks.routes import load
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import is_name


def finish(rules, prefix=""):
    return finished(rules, Notes(), prefix=prefix, rest={}, seeds=[])


def test_notes_are_counted_and_bounded():
    notes = Notes()
    for place in ("a", "a", "b", "c", "d", "e" * 500):
        notes.add("Left out", place)
    notes.add("Said once")
    notes.add("Said once")
    assert notes.texts() == ["Left out: a, b, c and 2 more", "Said once"]
    for n in range(500):
        notes.add(f"note {n}")
    assert len(notes.texts()) == 200


def test_bodies_of_each_kind_move_into_keys():
    size = 100_000
    bodies = [
        {"json": {"a": "j" * size}},
        {"text": "t" * size, "content_type": "text/html"},
        {"base64": b"b" * size, "content_type": "image/png"},
        {"json": 1},
    ]
    found = finish([{"path": f"/{n}", "answers": [body]} for n, body in enumerate(bodies)], "p:")
    assert len(found.document) <= 256 << 10
    load(found.document)
    [largest] = [seed for seed in found.seeds if seed.type == "image/png"]
    assert largest.name.startswith("p:body:") and largest.value == b"b" * size
    answer = json.loads(found.document)["rules"][2]["answers"][0]
    assert answer == {"content_type": "image/png", "key": largest.name, "expand": False}
    assert found.notes == ["Large bodies are in keys, since the document has up to 256 kB"]


def test_a_text_that_moves_keeps_its_content_type():
    found = finish(
        [
            {"path": f"/{n}", "answers": [{"text": "ü" * 100_000, "content_type": "text/html"}]}
            for n in range(3)
        ]
    )
    assert found.seeds[0].type == "text/html"
    assert found.seeds[0].value == ("ü" * 100_000).encode()


def test_rules_that_are_too_large_without_their_bodies_are_refused():
    rules = [{"path": "/" + "x" * 1500 + str(n), "answers": [{}]} for n in range(200)]
    with pytest.raises(BambleweenyError, match="without their bodies") as refused:
        finish(rules)
    assert refused.value.code == "import_too_large"
    with pytest.raises(BambleweenyError, match="nothing"):
        finish([])


def test_prefixes_and_names():
    for prefix in ("", "a:", "a:b:", "x" * 99 + ":"):
        check_prefix(prefix)
    for prefix in ("a", "a b:", ":a", "x" * 100 + ":", "ü:"):
        with pytest.raises(BambleweenyError):
            check_prefix(prefix)
    assert label_of("GET /a/{b}\n\x00é" + "x" * 200) == "GET /a/{b}_" + "x" * 89
    assert name_part("a.b-c_1") == "a.b-c_1"
    texts = ["a b", "a_b", "a/b", "日本", "中国", "", "x" * 99, "x" * 64, "x" * 100]
    names = [name_part(text) for text in texts]
    assert len(set(names)) == len(texts)
    assert all(is_name(name) and len(name) <= 64 for name in names)
