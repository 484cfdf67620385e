"""What all imports have in common."""

import json

import pytest
from bambleweeny.core.mocks.imports.result import (
    Notes,
    Seed,
    check_prefix,
    finished,
    label_of,
    name_part,
)
from bambleweeny.core.mocks.routes import load
from bambleweeny.errors import BambleweenyError
from bambleweeny.names import is_name


def finish(rules, prefix=""):
    return finished(rules, Notes(), prefix=prefix)


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
    found = finish(
        [{"name": f"{n}", "path": f"/{n}", "answers": [body]} for n, body in enumerate(bodies)],
        "p:",
    )
    assert len(found.document) <= 256 << 10
    load(found.document)
    [largest] = [seed for seed in found.seeds if seed.type == "image/png"]
    assert (largest.name, largest.value) == ("p:body:1", b"b" * size)
    answer = json.loads(found.document)["rules"][2]["answers"][0]
    assert answer == {"content_type": "image/png", "key": "p:body:1", "expand": False}
    assert found.notes == ["1 body is in 1 key, since the document has up to 256 kB"]


def test_a_text_that_moves_keeps_its_content_type():
    found = finish(
        [
            {
                "name": "a",
                "path": f"/{n}",
                "answers": [{"text": "ü" * 100_000, "content_type": "text/html"}],
            }
            for n in range(3)
        ]
    )
    assert found.seeds[0].type == "text/html"
    assert found.seeds[0].value == ("ü" * 100_000).encode()


def test_rules_that_are_too_large_without_their_bodies_are_refused():
    rules = [{"name": "a", "path": "/" + "x" * 1500 + str(n), "answers": [{}]} for n in range(200)]
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
    texts = [
        "a b",
        "a_b",
        "a/b",
        "日本",
        "中国",
        "",
        "x" * 99,
        "x" * 64,
        "x" * 100,
        "seed",
        "a-0123456789ab",
    ]
    names = [name_part(text, reserved="seed") for text in texts]
    texts += names[:1]
    names.append(name_part(names[0]))
    assert len(set(names)) == len(texts)
    assert all(is_name(name) and len(name) <= 64 for name in names)


def test_equal_bodies_share_a_key():
    body = {"a": "j" * 100_000}
    found = finish(
        [
            {"name": "a", "path": f"/{n}", "answers": [{"json": body, "status": 200 + n}]}
            for n in range(8)
        ]
        + [{"name": "b", "path": "/b", "answers": [{"text": "t" * 100_000}]}]
    )
    assert [seed.name for seed in found.seeds] == ["body:1"]
    answers = [rule["answers"][0] for rule in json.loads(found.document)["rules"]]
    assert [answer.get("key") for answer in answers] == ["body:1"] * 8 + [None]
    assert found.notes == ["8 bodies are in 1 key, since the document has up to 256 kB"]


def test_a_rule_that_no_route_can_have_is_left_out():
    good = {"name": "good", "path": "/a", "answers": [{"text": "x" * 300_000}]}
    bad = {"name": "bad", "path": "/b" * 33, "singleton": "b", "seed": "seed:b"}
    found = finished([bad, good], Notes(), prefix="", seeds=[Seed("seed:b", b"{}")])
    assert [rule["name"] for rule in json.loads(found.document)["rules"]] == ["good"]
    assert [seed.name for seed in found.seeds] == ["body:1"]
    assert found.notes[0] == "Left out, as no route can have it (A path has up to 32 segments): bad"
    with pytest.raises(BambleweenyError, match="nothing") as refused:
        finish([bad])
    assert "32 segments" in refused.value.hint
