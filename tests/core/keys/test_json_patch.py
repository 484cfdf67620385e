"""Parts of JSON values, and merge patches."""

import json

import pytest
from bambleweeny.core.keys.json_patch import merged, part_of
from bambleweeny.errors import InvalidRequest, NotFound, NotJson

# The examples of RFC 7396, appendix A: a value, a patch, and what comes of them.
EXAMPLES = [
    ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
    ('{"a":"b"}', '{"a":null}', "{}"),
    ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
    ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'),
    ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
    ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
    ('["a","b"]', '["c","d"]', '["c","d"]'),
    ('{"a":"b"}', '["c"]', '["c"]'),
    ('{"a":"foo"}', "null", "null"),
    ('{"a":"foo"}', '"bar"', '"bar"'),
    ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
    ("[1,2]", '{"a":"b","c":null}', '{"a":"b"}'),
    ("{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
]


@pytest.mark.parametrize(("value", "patch", "result"), EXAMPLES)
def test_a_patch_does_what_the_standard_says(value, patch, result):
    assert json.loads(merged(value.encode(), patch.encode())) == json.loads(result)


def test_numbers_empty_arrays_and_the_order_stay_what_they_are():
    value = b'{"z":1.10,"big":123456789012345678901234567890,"e":[],"o":{},"f":1e400,"a":{"y":[ 1 ],"x":0.1}}'
    assert merged(value, b'{"a":{"x":-0.0,"n":1E5}}') == (
        b'{"z":1.10,"big":123456789012345678901234567890,"e":[],"o":{},"f":1e400,"a":{"y":[ 1 ],"x":-0.0,"n":1E5}}'
    )


@pytest.mark.parametrize(
    "bad", [b"", b"{", b"x", b"\xff", b'{"a":"\xff"}', b"[1] 2", b"[NaN]", b"[01]"]
)
def test_what_is_no_json_is_told(bad):
    with pytest.raises(NotJson):
        merged(bad, b"{}")
    with pytest.raises(NotJson):
        part_of(bad, "a")
    with pytest.raises(InvalidRequest, match="The body is not valid JSON"):
        merged(b"{}", bad)


def test_deep_values_have_a_bound():
    for levels in (100, 101, 50_000):
        patch = b'{"a":' * levels + b"1" + b"}" * levels
        if levels == 100:
            assert merged(b"{}", patch) == patch
        else:
            with pytest.raises(InvalidRequest):
                merged(b"{}", patch)
    with pytest.raises(NotJson):
        part_of(b"[" * 50_000 + b"]" * 50_000, "0")


VALUE = b' {"a":{"b":[10,{"c":null}],"":1},"0":"zero","d\\u00e9":true, "n":1.50} '


@pytest.mark.parametrize(
    ("path", "part"),
    [("a.b", b'[10,{"c":null}]'), ("a.b.0", b"10"), ("a.b.1.c", b"null"), ("0", b'"zero"'), ("a.", b"1"),
     ("dé", b"true"), ("n", b"1.50")],
)  # fmt: skip
def test_a_part_is_found(path, part):
    assert part_of(VALUE, path) == part


@pytest.mark.parametrize(
    "path", ["x", "a.x", "a.b.2", "a.b.-1", "a.b.00", "a.b.c", "a.b.1e0", "n.a", "0.0", "a.b.٣", "a.b." + "9" * 5000]
)  # fmt: skip
def test_a_part_that_is_not_there_is_told(path):
    with pytest.raises(NotFound, match="There is nothing at"):
        part_of(VALUE, path)


@pytest.mark.parametrize("path", ["", ".".join("a" * 101)])
def test_a_path_has_one_to_a_hundred_steps(path):
    with pytest.raises(InvalidRequest, match="'path'"):
        part_of(VALUE, path)
