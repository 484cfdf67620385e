"""Documents as arguments: their format is in their content, not in their name."""

import json
from io import BytesIO

import pytest
from bambleweeny.cli.arguments.documents import (
    bin_of,
    format_of,
    given_document,
    read_to_import,
    route_of,
)
from bambleweeny.cli.failures import WrongUse

ID = "3f8ab8ba-715d-47b9-b645-798caded306b"


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


@pytest.mark.parametrize("parse", [bin_of, route_of])
def test_a_bin_and_a_route_are_named_by_many_ways(parse):
    noun = parse.__name__.removesuffix("_of")
    for word, known in (
        ("gh", "gh"),
        ("@uli/gh", "@uli/gh"),
        (ID, ID),
        (f"/{noun}s/{ID}", ID),
        (f"http://b.example/b9y/{noun}s/{ID}/", ID),
        (f"http://b.example/{noun}s/@uli@example.org/gh", "@uli@example.org/gh"),
    ):
        assert parse(word) == known


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"rate": 1.10}', 1.1),
        (b"rate: 1.10", 1.1),
        (b"rate: '5/m'", "5/m"),
        (b"\xef\xbb\xbf{}", None),
    ],
)
def test_a_document_is_read_from_a_file_or_standard_input(tmp_path, text, value):
    (tmp_path / "a").write_bytes(text)
    for word, stdin in ((f"@{tmp_path}/a", None), ("-", BytesIO(text)), (None, BytesIO(text))):
        assert given_document(word, stdin).get("rate") == value


def test_a_document_on_the_command_line_is_json(tmp_path):
    assert given_document('{"a": 1}', None) == {"a": 1}
    for word in ("a: 1", "@@a", "[]", "x" * 5000, "\udcff"):
        with pytest.raises(WrongUse, match=r"not valid JSON|not a JSON object"):
            given_document(word, None)
    for word in ("no.json", "no/dir/a.YAML", r"C:\no\a.yml", "~/no.har"):
        with pytest.raises(WrongUse, match=r"not valid JSON: .* line 1 column 1") as refused:
            given_document(word, None)
        assert refused.value.hint == f"Did you mean @{word}? There is no such file."
    with pytest.raises(WrongUse) as refused:
        given_document('{"a": "b.json"', None)
    assert refused.value.hint is None
    (tmp_path / "a.yaml").write_text("a: 1")
    with pytest.raises(WrongUse, match="is a file") as refused:
        given_document(f"{tmp_path}/a.yaml", None)
    assert refused.value.hint == f"Did you mean @{tmp_path}/a.yaml?"


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
        (
            "a.yaml",
            b"a: &a [*a]",
            "not valid YAML: the alias *a is before the end of its anchor in line 1.",
        ),
        ("a.yaml", b"a: {<<: &a [*a]}", "before the end of its anchor"),
        ("a.yaml", b"b: 1\n? [x]\n: x", "a key is no text in line 2."),
        ("a.yaml", b"b: 1\na: .inf", "JSON has no number .inf; write it in quotes, in line 2."),
        ("a.yaml", b"a: [-.INF]", "JSON has no number -.INF"),
        ("a.yaml", b"a: .nan", "JSON has no number .nan"),
        ("a.yaml", b"a: !!float .inf", "JSON has no number .inf"),
        ("a.yaml", b"a: !!int x", "'x' is not of the type of its tag in line 1."),
        (
            "a.yaml",
            b"a: !!python/object:os.system x",
            "the tag tag:yaml.org,2002:python/object:os.system is unknown",
        ),
        ("a.yaml", b"a: !!set {}", "the tag tag:yaml.org,2002:set is unknown"),
        ("a.yaml", b"a: {<<: 5}", "<< is not followed by mappings"),
        ("a.yaml", b"a: " + b"[" * 100_000, "not valid YAML"),
        ("a.yaml", b"a: 1\n---\nb: 1", "not valid YAML"),
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


def read_yaml(tmp_path, text):
    (tmp_path / "a.yaml").write_text(text)
    return read_to_import(str(tmp_path / "a.yaml"))[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", "true"), ("false", "false"), ("null", "null"), ("", "null"), ("0", "0"), ("-1", "-1"), ("1.10", "1.10"), ("1e3", "1e3"), ("1.5E-3", "1.5E-3"),
     ("123456789012345678901234567890", "123456789012345678901234567890"), ("1e400", "1e400"),
     *((text, json.dumps(text)) for text in ("NO", "on", "off", "yes", "True", "TRUE", "Null", "~", "01234", "0o17", "0x1f", "1_000", "+1", ".5", "5.", "12:30:00", "12:30", "=", "<<",
        "2017-07-21", "2017-07-21T17:32:28Z", "2017-07-21 17:32:28.5 +01:00", "inf", "1e", "1.2.3", "é")),
     ('"1"', '"1"'), ("'true'", '"true"'), ("!!str 12", '"12"'), ("!!str", '""'), ("!!int 12", "12"), ("!!timestamp 2017-07-21", '"2017-07-21"'), ("'.inf'", '".inf"'),
     ("[a, {b: 1}, []]", '["a",{"b":1},[]]'), ("{}", "{}"), ("|\n  x\n  y\n", '"x\\ny\\n"')],
)  # fmt: skip
def test_yaml_has_the_values_of_json(tmp_path, text, value):
    found = read_yaml(tmp_path, f"a: {text}")
    assert found.decode() == f'{{"a":{value if text != "é" else chr(34) + text + chr(34)}}}'


def test_keys_of_yaml_are_texts(tmp_path):
    found = read_yaml(tmp_path, "200: a\non: b\nnull: c\n1.0: d\n2026-01-02: e\n? f\n: g\n")
    assert found == b'{"200":"a","on":"b","null":"c","1.0":"d","2026-01-02":"e","f":"g"}'


def test_aliases_and_merges_are_written_out(tmp_path):
    found = read_yaml(
        tmp_path,
        "a: &a {x: 1, y: [1]}\nb: *a\nc: {<<: *a, x: 2}\nd: {<<: [{x: 3}, *a], z: 4}\n",
    )
    assert json.loads(found) == {
        "a": {"x": 1, "y": [1]},
        "b": {"x": 1, "y": [1]},
        "c": {"x": 2, "y": [1]},
        "d": {"x": 3, "y": [1], "z": 4},
    }


@pytest.mark.parametrize("first", ["[x,x,x,x,x,x,x,x,x,x]", "{k: x}", "'" + "x" * 10_000 + "'"])
@pytest.mark.parametrize("step", ["[{}]", "{{k0: 1, <<: [{}]}}"])
def test_aliases_have_a_bound(tmp_path, first, step):
    is_merge = "<<" in step
    lines = ["paths: {}", f"a0: &a0 {first if not is_merge else '{k: ' + first + '}'}"]
    for n in range(1, 12):
        lines.append(f"a{n}: &a{n} " + step.format(",".join([f"*a{n - 1}"] * 10)))
    with pytest.raises(WrongUse, match="over 16 MB with its aliases written out"):
        read_yaml(tmp_path, "\n".join(lines))


def test_aliases_side_by_side_have_the_same_bound(tmp_path):
    lines = ["a: &a [" + "x," * 100_000 + "]", "b: &b [" + "*a," * 70 + "]"]
    assert len(read_yaml(tmp_path, "\n".join(lines))) > 14_000_000 * 2
    with pytest.raises(WrongUse, match="over 16 MB"):
        read_yaml(tmp_path, "\n".join([*lines, "c: *b"]))


def test_a_directory_is_refused_by_name(tmp_path):
    with pytest.raises(WrongUse, match="is a directory") as refused:
        read_to_import(str(tmp_path))
    assert "coming-from" in refused.value.hint
