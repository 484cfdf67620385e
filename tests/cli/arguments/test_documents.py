"""Documents as arguments: their format is in their content, not in their name."""

import json

import pytest
from bambleweeny.cli.arguments.documents import format_of, read_to_import
from bambleweeny.cli.failures import WrongUse


@pytest.mark.parametrize(
    ("document", "format"),
    [
        ({"openapi": "3.0.0", "paths": {}}, "openapi"),
        ({"swagger": "2.0"}, "openapi"),
        ({"log": {"entries": []}}, "har"),
        ({"log": [{"id": 1}]}, "db"),
        ({"rules": []}, "route"),
        ({"rules": [{"path": "/x"}], "jurnal": "typo"}, "route"),
        ({"rules": [{"pth": "/x"}]}, "route"),
        ({"rules": [{"id": 1}], "posts": []}, "db"),
        ({"key": "home", "content_type": "text/html"}, "route"),
        ({"key": {"id": 1}}, "db"),
        ({"posts": [], "profile": {}}, "db"),
        ({}, "db"),
    ],
)
def test_a_format_is_known_by_the_content(document, format):
    assert format_of(document) == format


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.yml", "a", "a.txt"])
def test_json_keeps_its_text_whatever_the_file_is_called(tmp_path, name):
    text = b'\n {"posts": [{"id": 1, "price": 1.10}]}'
    (tmp_path / name).write_bytes(text)
    assert read_to_import(str(tmp_path / name)) == (text, "db")


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a"])
def test_yaml_becomes_json_whatever_the_file_is_called(tmp_path, name):
    (tmp_path / name).write_text("openapi: 3.0.0\npaths: {/a: {}}\nx: 2026-01-02\n")
    text, format = read_to_import(str(tmp_path / name))
    assert format == "openapi"
    assert json.loads(text) == {"openapi": "3.0.0", "paths": {"/a": {}}, "x": "2026-01-02"}


def test_a_flow_of_yaml_is_none_of_json(tmp_path):
    (tmp_path / "a.yaml").write_text("{openapi: 3.0.0, paths: {}}")
    assert read_to_import(str(tmp_path / "a.yaml"))[1] == "openapi"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", b'{"a": ', "not valid JSON: Expecting value: line 1"),
        ("a.json", b"nothing", "not valid JSON"),
        ("a.json", b"", "not valid JSON"),
        ("a.json", b"[1]", "not a JSON object"),
        ("a.json", b"[" * 100_000, "not valid JSON"),
        ("a.json", b'{"a": "\xff"}', "not valid JSON"),
        ("a.yaml", b"a: [", "not valid YAML"),
        ("a.yaml", b"a: \xff", "not valid YAML"),
        ("a.yaml", b"a: &a [*a]", "aliases without end"),
        ("a.yaml", b"- 1", "no mapping at its top"),
        ("a.yaml", b"", "no mapping at its top"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path, name, text, says):
    (tmp_path / name).write_bytes(text)
    with pytest.raises(WrongUse) as refused:
        read_to_import(str(tmp_path / name))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_yaml_is_read_as_json_would_be(tmp_path):
    file = tmp_path / "api.yaml"
    file.write_text(
        "openapi: 3.0.0\nvalues: [2017-07-21T17:32:28Z, 12:30:00, NO, on, 01234, 0x1f, .inf, 1_000,"
        " 5, -1, 1.5, 1e3, true, null, ~]\ndefaults: &d {a: 1}\nmerged: {<<: *d, b: 2}\n"
    )
    found, kind = read_to_import(str(file))
    assert kind == "openapi"
    assert json.loads(found) == {
        "openapi": "3.0.0",
        "values": ["2017-07-21T17:32:28Z", "12:30:00", "NO", "on", "01234", "0x1f", ".inf", "1_000",
                   5, -1, 1.5, 1000.0, True, None, None],
        "defaults": {"a": 1},
        "merged": {"a": 1, "b": 2},
    }  # fmt: skip


@pytest.mark.parametrize("ends", [True, False])
def test_aliases_that_grow_without_end_are_refused(tmp_path, ends):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join(lines) if ends else "a: &a [*a]")
    with pytest.raises(WrongUse, match="aliases"):
        read_to_import(str(file))
