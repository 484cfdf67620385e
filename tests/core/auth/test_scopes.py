"""The grammar of scopes: names, prefixes, bundles, implied verbs, covering, limits."""

import pytest
from bambleweeny.core.auth.scopes import MOST_SCOPES, Scopes, parse_scopes
from bambleweeny.errors import InsufficientScope, InvalidRequest

DATA = ("keys", "lists", "topics", "routes", "bins")


@pytest.mark.parametrize(
    ("text", "allowed", "refused"),
    [
        ("keys:read", ["", "a", "app:x"], []),
        ("keys:read:*", ["", "a", "app:x"], []),
        ("keys:read:app", ["app"], ["", "ap", "app:", "app:x", "apps"]),
        ("keys:read:app:*", ["app:", "app:x", "app:x:y"], ["", "app", "apple", "APP:x"]),
        ("keys:read:a*", ["a", "apple"], ["", "b"]),
    ],
)
def test_a_name_is_exact_or_a_prefix(text, allowed, refused):
    scopes = Scopes([text])
    for name in allowed:
        assert scopes.allows("keys", "read", name), name
    for name in refused:
        assert not scopes.allows("keys", "read", name), name
        with pytest.raises(InsufficientScope):
            scopes.check("keys", "read", name)
    assert not scopes.allows("keys", "write", "app:x")
    assert not scopes.allows("lists", "read", "app:x")


@pytest.mark.parametrize(
    ("text", "allowed", "refused"),
    [
        ("keys:read", ["", "a"], []),
        ("keys:read:app:*", ["app:", "app:x"], ["", "ap", "app", "b"]),
        ("keys:read:app", [], ["", "app", "app:"]),
    ],
)
def test_all_names_of_a_prefix_need_a_scope_that_has_them_all(text, allowed, refused):
    scopes = Scopes([text])
    for prefix in allowed:
        scopes.check_all("keys", "read", prefix)
    for prefix in refused:
        with pytest.raises(InsufficientScope) as caught:
            scopes.check_all("keys", "read", prefix)
        assert caught.value.hint == f"The token may {text}."


def test_scopes_add_to_each_other():
    scopes = Scopes(["keys:read:a:*", "keys:read:b", "lists:push:q"])
    assert scopes.allows("keys", "read", "a:1")
    assert scopes.allows("keys", "read", "b")
    assert scopes.allows("lists", "push", "q")
    assert not scopes.allows("keys", "read", "q")
    # NOTE: two prefixes are not joined to one, even if they have all names together.
    assert not scopes.allows_all("keys", "read", "")


@pytest.mark.parametrize(
    ("noun", "implied"),
    [("keys", ["incr"]), ("lists", ["push", "pop"]), ("topics", ["publish"])],
)
def test_write_implies_the_lesser_changes_and_no_reading(noun, implied):
    scopes = Scopes([f"{noun}:write:a:*"])
    for verb in implied:
        assert scopes.allows(noun, verb, "a:1")
        assert not scopes.allows(noun, verb, "b")
        assert not Scopes([f"{noun}:{verb}"]).allows(noun, "write", "a:1")
    assert not scopes.allows(noun, "read", "a:1")


@pytest.mark.parametrize(("bundle", "other"), [("read", "write"), ("write", "read")])
def test_a_bundle_stands_for_all_data_and_no_more(bundle, other):
    scopes = Scopes([bundle])
    for noun in DATA:
        scopes.check_all(noun, bundle)
        assert not scopes.allows(noun, other, "x")
    for noun in ("tokens", "users", "audit", "server"):
        assert not scopes.allows(noun, bundle, "")
    assert scopes.allows("lists", "pop", "q") is (bundle == "write")


@pytest.mark.parametrize(
    ("wider", "narrower", "is_covered"),
    [
        (["read"], ["keys:read:app:*", "lists:read"], True),
        (["keys:write"], ["keys:incr:n"], True),
        (["keys:read:app:*"], ["keys:read:app:1", "keys:read:app:x:*"], True),
        (["keys:read:app:*"], ["keys:read:app*"], False),
        (["keys:read:a", "keys:read:b"], ["keys:read:a"], True),
        (["keys:read:a"], ["keys:read:*"], False),
        (["keys:read", "keys:write"], ["read"], False),
        ([f"{noun}:read" for noun in DATA], ["read"], True),
        (["act:7"], ["act:7"], True),
        (["act:7"], ["act:8"], False),
        (["write"], ["tokens:write"], False),
    ],
)
def test_scopes_cover_what_they_allow(wider, narrower, is_covered):
    assert Scopes(wider).cover(Scopes(narrower)) is is_covered


def test_some_name_is_enough_for_what_is_checked_later():
    scopes = Scopes(["lists:push:q"])
    scopes.check_any([("keys", "read"), ("lists", "push")])
    with pytest.raises(InsufficientScope) as caught:
        scopes.check_any([("keys", "read"), ("lists", "read")])
    assert caught.value.scope == "keys:read"


def test_acting_needs_the_very_user():
    scopes = Scopes(["act:7", "keys:read"])
    assert scopes.may_act_for("7")
    assert not scopes.may_act_for("77")
    assert not Scopes(["read", "write"]).may_act_for("7")


@pytest.mark.parametrize(
    ("texts", "fits"),
    [
        (["read", "lists:push", "topics:publish", "keys:incr"], True),
        (["keys:write"], False), (["lists:pop"], False), (["tokens:write"], False),
        (["read", "act:7"], False), (["users:read"], False),
    ],
)  # fmt: skip
def test_a_url_has_no_token_that_may_write(texts, fits):
    assert Scopes(texts).fit_urls() is fits


@pytest.mark.parametrize("name", ['a"b', "a\r\nb", "ä", "a b", "*"])
def test_a_refusal_repeats_no_text_that_is_in_no_name(name):
    with pytest.raises(InsufficientScope) as caught:
        Scopes(["keys:read:app:*"]).check("keys", "read", name)
    assert caught.value.scope == "keys:read"
    assert name == "*" or name not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "", "keys", "keys:", "keys:fly", "Keys:read", "keys:read:", "keys:read:a:b c", "keys:read:*a",
        "keys:read:a**", "routes:read:x", "bins:write:*", "act", "act:", "act:x", "act:1:x",
        "tokens:read", "read:keys", "read:", "write:*", "keys:read:" + "a" * 256, " read",
    ],
)  # fmt: skip
def test_what_is_outside_of_the_grammar_is_refused(text):
    with pytest.raises(InvalidRequest):
        parse_scopes([text])


def test_there_are_bounds():
    assert parse_scopes(["keys:read:" + "a" * 255])
    assert parse_scopes([f"keys:read:{number}" for number in range(MOST_SCOPES)])
    for texts in ([], ["keys:read"] * (MOST_SCOPES + 1)):
        with pytest.raises(InvalidRequest):
            parse_scopes(texts)


def test_duplicates_are_dropped():
    assert Scopes(["read", "read", "keys:read"]).texts == ("read", "keys:read")
