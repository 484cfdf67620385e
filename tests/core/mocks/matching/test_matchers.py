"""What a condition says of a value."""

import pytest
from bambleweeny.core.mocks.limits import ALTERNATIVES, KEY_ALTERNATIVES, TEXT_CHARACTERS
from bambleweeny.core.mocks.matching.matchers import matcher_of, packed, spec_of
from bambleweeny.core.mocks.matching.parts import Part
from bambleweeny.core.mocks.refusals import Refused
from msgspec import Raw


def holds(spec, *values):
    """Parse a condition, and test JSON values (bytes) and texts with it."""
    found = [Part(Raw(value)) if isinstance(value, bytes) else value for value in values]
    return matcher_of(spec_of(Raw(spec.encode())))(found)


@pytest.mark.parametrize(
    ("spec", "fits", "does_not"),
    [
        ("true", ["", "x", b"null", b"false"], []),
        ('"a*"', ["a", "ab", b'"ab"'], ["b", b'"b"', b"null"]),
        ('"5"', ["5", b"5", b'"5"'], ["5.0", b"5.0", b"50"]),
        ('"true"', ["true", b"true"], [b"false"]),
        ('"*"', ["", "x", b"{}", b"[1]", b"null"], []),
        ("5", ["5", "5.0", b"5", b"5.0", b"5e0", b'"5"'], ["", "x", b"6", b"true", b"null", b"[5]", b'""']),
        ("5.1", ["5.1", b"5.10", b"5.1"], ["5.10000000000000000001", b"5.11"]),
        ("123456789012345678901234567890", [b"123456789012345678901234567890"], [b"123456789012345678901234567891"]),
        ("null", [b"null"], ["null", "", b'"null"', b"0"]),
        ('["a", "b*", 7]', ["a", "bc", "7", b"7"], ["c", b"8"]),
        ('{"is": "a*"}', ["a*", b'"a*"'], ["ab"]),
        ('{"is": true}', [b"true"], ["true", b"false", b"1", b'"true"']),
        ('{"is": false}', [b"false"], [b"true", b"0", b"null"]),
        ('{"is": 1}', [b"1", b"1.0", "1"], [b"true", b"2"]),
        ('{"is": null}', [b"null"], [b"0"]),
        ('{"is": [1, {"a": 2}]}', [b"[1,{\"a\":2.0}]"], [b"[1]", b"[{\"a\":2},1]", b"[1,{\"a\":2,\"b\":3}]"]),
        ('{"is": {"a": 1, "b": "x"}}', [b'{"b":"x","a":1}'], [b'{"a":1}', b'{"a":1,"b":"y"}']),
        ('{"not": "a"}', ["b", b"5"], ["a", b'"a"']),
        ('{"not": ["a", 5]}', ["b"], ["a", "5", b"5"]),
        ('{"has": "b"}', ["abc", b'"abc"', b'["a","b"]', b'{"b":1}'], ["ac", b'["a"]', b'{"a":"b"}', b"5"]),
        ('{"has": 5}', [b"[1,5.0]"], ["5", b"5", b"[55]"]),
        ('{"gt": 5}', ["6", b"5.1", b"1e400", b'"6"'], ["5", b"5", "x", b"null", b"true", b"[6]"]),
        ('{"gte": 5}', [b"5", b"5.0"], [b"4.999"]),
        ('{"lt": 5, "gte": 1}', [b"1", "4.9"], ["5", b"0"]),
        ('{"lte": -1}', [b"-1", b"-1e99"], [b"0"]),
        ('{"gte": "2024-01-01"}', ["2024-02-01", b'"2025"'], ["2023-12-31", b"2025"]),
        ('[{"gt": 10}, {"lt": 0}]', ["11", b"-1"], ["5"]),
        ('{"gt": 1, "not": 5}', ["6"], ["5", "1"]),
    ],
)  # fmt: skip
def test_a_condition_holds(spec, fits, does_not):
    assert [value for value in fits if not holds(spec, value)] == []
    assert [value for value in does_not if holds(spec, value)] == []


def test_presence_and_absence():
    assert holds("true", "")
    assert not holds("true")
    assert holds("false")
    assert not holds("false", "")
    assert holds("[false, 5]")
    assert holds("[false, 5]", "5")
    assert not holds("[false, 5]", "6")


def test_what_is_missing_is_unlike_everything():
    assert holds('{"not": "a"}')
    for spec in (
        '"*"',
        "5",
        "null",
        '{"is": 1}',
        '{"has": "a"}',
        '{"gt": 0}',
        '{"not": 1, "gt": 0}',
    ):
        assert not holds(spec), spec


def test_of_repeated_values_one_fulfils_all():
    assert holds('{"gte": 5, "lt": 10}', "1", "7")
    assert not holds('{"gte": 5, "lt": 10}', "1", "20")
    assert not holds('{"not": "a"}', "b", "a")
    assert holds('"b"', "a", "b")


def test_texts_of_more_than_8_kb_are_compared_at_their_beginning_alone():
    long = "a" * TEXT_CHARACTERS + "b"
    quoted = b'"' + long.encode() + b'"'
    for value in (long, quoted):
        assert holds('{"has": "aaa"}', value)
        assert not holds('{"has": "b"}', value)
        assert holds('"a*"', value)
        assert not holds(f'{{"is": "{long}"}}', value)
        assert holds('{"not": "x"}', value)
    assert not holds('{"has": 5}', b"[" + b"1," * 40_000 + b"5]")


@pytest.mark.parametrize(
    "number",
    ["1e999999999", "-1e999999999", "1e-999999999", "1e99999999999999999999", "9" * 10_000],
)
def test_monstrous_numbers_neither_fail_nor_take_long(number):
    for spec in ("5", '{"gt": 5}', '{"is": 5}', '"5"', '{"not": 5}'):
        holds(spec, number.encode())
        holds(spec, number)


@pytest.mark.parametrize(
    "spec",
    ['{"equals": 1}', "{}", "[[1]]", '{"gt": null}', '{"gt": true}', '{"gt": [1]}', '{"lt": {}}', '[{"x": 1}]', "1e99999999999999999999"],
)  # fmt: skip
def test_what_says_nothing_is_refused(spec):
    with pytest.raises(Refused) as refused:
        holds(spec, "x")
    assert refused.value.code == "invalid_condition"


@pytest.mark.parametrize(
    ("spec", "plain"),
    [
        ('"new"', ["is", "new"]),
        ('"a*b*"', ["like", "a", "b", ""]),
        ("true", ["set"]),
        ("false", ["unset"]),
        ("5", ["eq", "5"]),
        ("1.50", ["eq", "1.50"]),
        ("null", ["is", "null"]),
        ('["a", 5, false]', ["any", ["is", "a"], ["eq", "5"], ["unset"]]),
        ('{"is": "a*"}', ["all", ["is", "a*"]]),
        ('{"is": true}', ["all", ["is", "true"]]),
        ('{"gte": 5, "not": ["x", 7], "has": "y", "lt": "b"}',
         ["all", ["gte", "number", "5"], ["not", ["any", ["is", "x"], ["eq", "7"]]], ["has", "y"], ["lt", "text", "b"]]),
        ('{"not": "x"}', ["all", ["not", ["any", ["is", "x"]]]]),
    ],
)  # fmt: skip
def test_conditions_on_keys_are_plain_lists(spec, plain):
    assert packed(spec_of(Raw(spec.encode()))) == plain


@pytest.mark.parametrize("spec", ['{"is": [1]}', '{"is": {}}', '{"not": [[1]]}', '{"has": [1]}'])
def test_a_key_is_compared_with_scalars(spec):
    with pytest.raises(Refused, match="a text"):
        packed(spec_of(Raw(spec.encode())))


@pytest.mark.parametrize("form", ["[%s]", '{"not": [%s]}', '[{"not": [%s]}]'])
def test_a_condition_has_a_bounded_number_of_values(form):
    def spec(values):
        return Raw((form % ",".join(f'"v{n}"' for n in range(values))).encode())

    packed(spec_of(spec(KEY_ALTERNATIVES)))
    spec_of(spec(ALTERNATIVES))
    for make in (
        lambda: spec_of(spec(ALTERNATIVES + 1)),
        lambda: packed(spec_of(spec(KEY_ALTERNATIVES + 1))),
    ):
        with pytest.raises(Refused) as refused:
            make()
        assert refused.value.code == "invalid_condition"


def test_a_list_to_be_equal_to_is_one_value():
    values = ",".join(["1"] * (ALTERNATIVES + 1))
    assert holds(f'{{"is": [{values}]}}', f"[{values}]".encode())
