"""Tokens of this server in requests to mocks."""

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.journal import encoded, entry_of
from bambleweeny.core.mocks.redaction import redacted
from bambleweeny.core.mocks.scope import Scope
from bambleweeny.core.mocks.templates import text_template

OURS = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
NAMED = "b9y_7_k3x9q2_9fJsecret"
THEIRS = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIyIn0.eA"


def is_ours(token):
    return token in (OURS, NAMED, "opaque")


@pytest.mark.parametrize("token", [OURS, NAMED])
@pytest.mark.parametrize(
    "make",
    [
        lambda t: Call("GET", "/", "", {"authorization": f"Bearer {t}"}),
        lambda t: Call("GET", "/", "", {"authorization": f"bearer:{t}"}),
        lambda t: Call("GET", "/", "", {"authorization": f"Token {t}"}),
        lambda t: Call("GET", "/", f"a=1&token={t}&b=2"),
        lambda t: Call("GET", "/", f"%74oken={t}"),
        lambda t: Call("GET", "/", "token=" + "".join(f"%{ord(c):02X}" for c in t)),
        lambda t: Call("GET", "/", "other=" + "".join(f"%{ord(c):02x}" for c in t)),
        lambda t: Call("GET", "/", t),
        lambda t: Call("GET", f"/x/{t}/y"),
        lambda t: Call("GET", "/", "", {"referer": f"http://h/console?token={t}"}),
        lambda t: Call("GET", "/", "", {"referer": "http://h/?token=" + t.replace("e", "%65")}),
        lambda t: Call("GET", "/", "", {"cookie": f"a={t}"}),
        lambda t: Call("GET", "/", "", {"x-any": f"a {t}, {t}"}),
    ],
)
def test_a_token_of_ours_is_never_seen(make, token):
    call = redacted(make(token), is_ours)
    seen = (
        encoded(entry_of(call)).decode()
        + text_template("!@[$url]!@[$header.authorization]!@[$cookie.a]", "text")
        .render(Scope(call))
        .decode()
    )
    assert token not in seen
    assert "[token]" in seen
    for name, values in call.query_values.items():
        assert token not in name and not any(token in value for value in values)


def test_an_opaque_token_is_found_where_tokens_are_sent():
    assert (
        redacted(
            Call("GET", "/", "token=opaque&x=opaque", {"authorization": "Bearer opaque"}), is_ours
        ).query
        == "token=[token]&x=opaque"
    )
    assert redacted(Call("GET", "/", "", {"authorization": "Bearer opaque"}), is_ours).headers == {
        "authorization": "Bearer [token]"
    }


def test_what_is_not_ours_stays_as_it_is():
    call = Call(
        "POST",
        f"/{THEIRS}",
        f"token={THEIRS}&q=%20",
        {"authorization": f"Bearer {THEIRS}", "referer": f"http://h/?token={THEIRS}&%41=1"},
        b"x",
        time=5.0,
        ip="::1",
    )
    assert redacted(call, is_ours) is call


def test_the_rest_of_a_call_stays():
    call = redacted(
        Call("POST", "/a", f"token={OURS}", {"x": "y"}, b"body", time=5.0, ip="::1"), is_ours
    )
    assert (call.method, call.path, call.query, call.headers, call.body, call.time, call.ip) == (
        "POST",
        "/a",
        "token=[token]",
        {"x": "y"},
        b"body",
        5.0,
        "::1",
    )
