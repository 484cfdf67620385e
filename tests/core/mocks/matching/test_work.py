"""What the conditions of rules compare for one request is bounded."""

import json

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.matching import parts
from bambleweeny.core.mocks.matching.conditions import Conditions, When
from bambleweeny.errors import BambleweenyError
from msgspec import Raw, convert

LONG = json.dumps({"a": [1.5] * 6000, "t": "a" * 8000}).encode()
MANY = [f"v{n}" for n in range(1000)]


def rule(**when):
    found = {s: {n: Raw(json.dumps(v).encode()) for n, v in c.items()} for s, c in when.items()}
    return Conditions(convert(found, When))


def held(rules, call):
    """Return how many rules hold, or the code of the error."""
    try:
        return sum(conditions.hold(call) for conditions in rules)
    except BambleweenyError as ex:
        assert ex.status == 422
        return ex.code


def test_a_value_is_parsed_once_for_all_rules(monkeypatch):
    parsed = []
    decode = parts.decode
    monkeypatch.setattr(parts, "decode", lambda raw: parsed.append(raw) or decode(raw))
    rules = [rule(body={"a": {"not": [n, "x", [n]]}}) for n in range(200)]
    rules += [rule(body={"a": [{"gt": n} for n in range(1000)]})]
    assert held(rules, Call("POST", "/", body=LONG)) == 200
    assert len(parsed) == 1


@pytest.mark.parametrize(
    "when",
    [
        {"body": {"a": [{"has": n} for n in range(1000)]}},
        {"body": {"a": [{"has": [n]} for n in range(1000)]}},
        {"body": {"t": [f"*{'a' * 60}b{n}*" for n in range(1000)]}},
        {"query": {"q": [f"*{n}*" for n in range(1000)]}},
        {"query": {"q": {"not": MANY}}},
    ],
)
def test_the_work_of_many_rules_is_bounded(when):
    rules = [rule(**when) for _ in range(30)]
    query = "&".join(f"q=x{n}y" for n in range(900))
    assert held(rules, Call("POST", "/", query, body=LONG)) == "too_many_comparisons"


def test_usual_rules_are_far_from_the_bound():
    rules = [rule(body={"a": {"has": 1.5}, "t": ["a*", "*b*"]}, query={"q": MANY[:50]}) for _ in range(200)]  # fmt: skip
    assert held(rules[:40], Call("POST", "/", "q=v49", body=LONG)) == 40
    call = Call("POST", "/", "q=v9", body=b'{"a":[1.5],"t":"ab"}')
    assert held(rules, call) == 200


@pytest.mark.parametrize("path", ["$", "$.x", "$..x", "$['x']", "$body.x"])
def test_a_json_path_is_refused_with_a_hint(path):
    with pytest.raises(ValueError, match=r"write user\.name, without \$") as refused:
        rule(body={path: 1})
    assert refused.value.code == "invalid_condition"
