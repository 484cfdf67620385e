"""Templates: what placeholders become, and what they can never do."""

import html
import json
from urllib.parse import unquote

import pytest
from bambleweeny.core.mocks.calls import Call
from bambleweeny.core.mocks.limits import ANSWER_BYTES
from bambleweeny.core.mocks.refusals import Refused
from bambleweeny.core.mocks.scope import Scope
from bambleweeny.core.mocks.templates import json_template, text_template
from bambleweeny.core.mocks.values import context_of
from bambleweeny.errors import BambleweenyError
from hypothesis import given, settings
from hypothesis import strategies as st

PROPERTY = settings(database=None, deadline=None, derandomize=True, max_examples=120)
CALL = Call(
    "POST",
    "/orders/7",
    "q=%22%3C%27%26%60%24%0D%0A%E2%80%A8&n=5&x=!@[secret]",
    {"flag": "true", "cookie": "c=[1.5]", "nested": '{"a":1}', "word": "01"},
    b'{"user":{"name":"ann","n":1.10},"none":null}',
)
HOSTILE = "\"<'&`$\r\n\u2028"


def scope(call=CALL, keys=None, **path):
    made = Scope(call, path)
    made.keys = keys or {}
    return made


def text(template, context="text", **options):
    return text_template(template, context).render(scope(**options)).decode()


def tree(template, **options):
    return json.loads(json_template(json.dumps(template).encode()).render(scope(**options)))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("!@[$path.id]", "7"),
        ("!@[$path.id|int]", 7),
        ("!@[$body.user.n]", 1.1),
        ("!@[$body.user]", {"name": "ann", "n": 1.1}),
        ("!@[$body]", {"user": {"name": "ann", "n": 1.1}, "none": None}),
        ("!@[$body.none]", None),
        ("!@[$body.missing]", None),
        ("!@[$query.none|default:x]", "x"),
        ("!@[$query.none|default:]", ""),
        ("!@[$query.none|int|default:3]", 3),
        ("!@[$query.none|default:3|int]", 3),
        ("!@[$query.none|default:3]", "3"),
        ("!@[$query.q|int]", None),
        ("!@[$query.n|int]", 5),
        ("!@[$body.user.n|int]", None),
        ("!@[$query.n|json]", 5),
        ("!@[$header.flag|json]", True),
        ("!@[$cookie.c|json]", [1.5]),
        ("!@[$path.id|json]", 7),
        ("!@[$header.nested|json]", {"a": 1}),
        ("!@[$header.word|json]", "01"),
        ("!@[$query.q|json]", HOSTILE),
        ("!@[$body.user.name|json]", "ann"),
        ("!@[$body.user|json]", {"name": "ann", "n": 1.1}),
        ("!@[$query.none|json]", None),
        ("!@[$query.none|default:5|json]", 5),
        ("!@[$query.none|json|default:5]", 5),
        ("!@[$query.none|json|default:false]", False),
        ("!@[$query.none|default:five|json]", "five"),
        ("!@[$query.none|int|default:five]", "five"),
        ("x!@[$header.flag|json]", "xtrue"),
        ("!@[$body.user.n|text]", "1.10"),
        ("!@[$body.user.name|upper]", "ANN"),
        ("!@[$method|lower]", "post"),
        ("!@[$query.q|url]", "%22%3C%27%26%60%24%0D%0A%E2%80%A8"),
        ("!@[$query.q|html]", html.escape(HOSTILE)),
        ("!@[$query.q]", HOSTILE),
        ("!@[ $path.id | int ]", 7),
        ("id !@[$path.id] of !@[$body.user.name]", "id 7 of ann"),
        ("!@[$path.id]!@[$path.id]", "77"),
        ("!@[user:$path.id]", '{"a":1.0}'),
        ("!@[user:$path.id|json]", {"a": 1.0}),
        ("!@[plain]", "text"),
        ("!@[plain|json]", "text"),
        ("!@[missing]", None),
        ("!@[user:$query.q]", None),
        ("x!@[missing]y", "xy"),
        ("!@[hello world] !@[] !@", "!@[hello world] !@[] !@"),
        ({"!@[$path.id]": ["!@[$path.id|int]", "\u0021@[$method]", 1.50]}, {"7": [7, "POST", 1.5]}),
        ([True, None, {"a": []}], [True, None, {"a": []}]),
    ],
)
def test_json_takes_the_type_of_a_value(template, expected):
    found = tree(template, keys={"user:7": b'{"a":1.0}', "plain": b"text"}, id="7")
    assert found == expected
    assert type(found) is type(expected)


def test_json_keeps_what_it_is_written_as():
    template = json_template(
        b'{"z":1.10, "big":123456789012345678901234567890,"e":[ ],"f":1e400,"n":"!@[$body.user.n]"}'
    )
    assert (
        template.render(scope())
        == b'{"z":1.10,"big":123456789012345678901234567890,"e":[ ],"f":1e400,"n":1.10}'
    )
    static = b'{"a": [ 1.0 , "x" ]}'
    assert json_template(static).render(scope()) == static


def test_escapes_in_json_do_not_hide_a_placeholder():
    assert (
        json_template(b'{"\\u0021@[$path.id]":"\\u0021\\u0040\\u005b$path.id|int]"}').render(
            scope(id="7")
        )
        == b'{"7":7}'
    )


@pytest.mark.parametrize(
    ("context", "template", "expected"),
    [
        ("text", "!@[$query.q]", HOSTILE),
        ("html", "!@[$query.q]", html.escape(HOSTILE)),
        ("html", "!@[$query.q|text]", HOSTILE),
        ("html", "!@[$query.q|html]", html.escape(HOSTILE)),
        ("html", "!@[$query.q|json]", '"\\"\\u003c\\u0027\\u0026`$\\r\\n\\u2028"'),
        ("html", "!@[$query.q|upper]", html.escape(HOSTILE)),
        ("script", "!@[$query.q]", '\\"\\u003c\\u0027\\u0026\\u0060\\u0024\\r\\n\\u2028'),
        ("data", '{"a":"!@[$query.q]","n":!@[$query.n|json],"i":!@[$query.n|int]}', '{"a":"\\"<\'&`$\\r\\n\u2028","n":5,"i":5}'),
        ("data", "!@[$body.user|json]", '{"name":"ann","n":1.10}'),
        ("url", "a=!@[$query.q]", "a=%22%3C%27%26%60%24%0D%0A%E2%80%A8"),
        ("css", "!@[$query.q]x", "\\000022\\00003c\\000027\\000026\\000060\\000024\\00000d\\00000a\\002028x"),
        ("text", "!@[$body]", CALL.body.decode()),
        ("text", "!@[$body.none]!@[$query.none]", ""),
        ("text", "!@[$query.none|default:a b|upper]", "A B"),
        ("text", "!@[$count]", "0"),
    ],
)  # fmt: skip
def test_texts_are_escaped_for_where_they_stand(context, template, expected):
    assert text(template, context) == expected


@pytest.mark.parametrize(
    ("content_type", "context"),
    [("text/html; charset=utf-8", "html"), ("application/xhtml+xml", "html"), ("image/svg+xml", "html"), ("text/xml", "html"),
     ("application/json", "data"), ("application/problem+json; x=y", "data"), ("application/x-ndjson", "data"), ("text/JSON", "data"),
     ("text/javascript", "script"), ("application/x-javascript", "script"), ("text/css", "css"), ("text/plain", "text"), ("", "text"),
     ("text/csv", "text"), ("application/x-www-form-urlencoded", "url"), ("image/png", "text")],
)  # fmt: skip
def test_the_content_type_says_how_to_escape(content_type, context):
    assert context_of(content_type) == context


def test_what_came_from_a_request_or_a_key_is_never_expanded():
    keys = {"secret": b"s3cret", "a": b"!@[secret] !@[$path.id]"}
    assert text("!@[$query.x]", keys=keys) == "!@[secret]"
    assert text("!@[a]", keys=keys, id="7") == "!@[secret] !@[$path.id]"
    assert tree(["!@[$query.x]", "x!@[a]", "!@[$query.none|default:!@]"], keys=keys) == [
        "!@[secret]",
        "x!@[secret] !@[$path.id]",
        "!@",
    ]


def test_names_are_known_before_the_values():
    template = json_template(b'["!@[user:$path.id]","!@[b]","!@[user:$query.q]","!@[$path.id]"]')
    assert list(template.names(scope(id="7"))) == ["user:7", "b"]


@pytest.mark.parametrize("context", ["text", "json"])
@pytest.mark.parametrize(
    "placeholder",
    ["!@[$x.y]", "!@[$path]", "!@[$path.id|foo]", "!@[$path.id|int:5]", "!@[$path.id", "!@[$path.id|]", "!@[a$path.id]", "!@[$path.id]!@[$", "!@[$a\n]"],
)  # fmt: skip
def test_what_is_no_placeholder_is_refused(context, placeholder):
    with pytest.raises(Refused) as refused:
        text_template(placeholder, "text") if context == "text" else json_template(
            json.dumps([placeholder]).encode()
        )
    assert refused.value.code == "invalid_template"


def test_a_tree_has_its_levels():
    deep = b"[" * 100 + b'"!@[$method]"' + b"]" * 100
    assert json_template(deep).render(scope()) == b"[" * 100 + b'"POST"' + b"]" * 100
    with pytest.raises(Refused, match="100 levels"):
        json_template(b"[" + deep + b"]")


def test_the_result_has_its_bound():
    body = b"x" * (ANSWER_BYTES // 4)
    call = Call("POST", "/", body=body)
    assert len(text_template("!@[$body]" * 4, "text").render(scope(call))) == ANSWER_BYTES
    for template, context, sent in (
        ("!@[$body]" * 4 + "y", "text", body),
        ("!@[$body]" * 4, "html", b"<" + body[1:]),
        ("!@[$body]", "text", body * 5),
    ):
        with pytest.raises(BambleweenyError) as refused:
            text_template(template, context).render(scope(Call("POST", "/", body=sent)))
        assert (refused.value.code, refused.value.status) == ("answer_too_large", 422)


anything = st.one_of(
    st.text(),
    st.text("\"\\'<>&!@[]$|:{}\r\n\x00\u2028x"),
    st.binary().map(lambda b: b.decode("utf-8", "replace")),
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | anything,
    lambda v: st.lists(v) | st.dictionaries(anything, v),
    max_leaves=8,
)


def request_with(value, body):
    return scope(
        Call("POST", "/", "", {"x": value, "cookie": "c=1"}, body),
        {"key": value.encode("utf-8", "replace")},
        id=value,
    )


@PROPERTY
@given(anything, st.one_of(json_values.map(lambda v: json.dumps({"v": v}).encode()), st.binary()))
def test_no_request_breaks_json(value, body):
    template = {
        "a": "!@[$path.id]",
        "b": ["!@[$header.x]!@[$body.v]", "!@[$body.v]", "!@[$body]", "!@[key]", "!@[key|json]"],
        "!@[$path.id]": "!@[$body.v|upper]",
        "z": "!@[$path.id|text]",
    }
    found = json.loads(
        json_template(json.dumps(template).encode()).render(request_with(value, body))
    )
    if value not in ("a", "b", "z"):
        assert found["a"] == found["z"] == value.encode("utf-8", "replace").decode()
        assert len(found) == 4 and len(found["b"]) == 5
    try:
        sent = json.loads(body)
        body.decode()
    except ValueError:
        return
    if (
        value not in ("a", "b", "z")
        and isinstance(sent, dict)
        and "v" in sent
        and "Infinity" not in repr(body)
    ):
        assert found["b"][1] == sent["v"]


@PROPERTY
@given(anything)
def test_no_request_leaves_an_attribute_or_a_string(value):
    in_html = (
        text_template('<a title="!@[$path.id]">!@[key]</a>', "html")
        .render(request_with(value, b""))
        .decode()
    )
    inside = in_html.removeprefix('<a title="').removesuffix("</a>")
    assert inside.count('"') == 1 and inside.count("<") == 0 and inside.count(">") == 1
    in_script = (
        text_template("f('!@[$path.id]')", "script").render(request_with(value, b"")).decode()[3:-2]
    )
    assert not set(in_script) & set("'`<>&$\r\n\u2028\u2029\"") - {'"'}
    assert json.loads(f'"{in_script}"') == value.encode("utf-8", "replace").decode()
    in_url = text_template("!@[$path.id]", "url").render(request_with(value, b"")).decode()
    assert unquote(in_url) == value.encode("utf-8", "replace").decode() and not set(in_url) & set(
        "&=+#?/ "
    )
    in_css = text_template("!@[$path.id]", "css").render(request_with(value, b"")).decode()
    assert not set(in_css) & set("\"'()<>;{}\n\r ")


@pytest.mark.parametrize(("value", "whole"), [("5", 5), ("-5.00", -5), ("1.5", None), ("1e3", None), ("5x", None), ("", None)])  # fmt: skip
def test_int_takes_whole_numbers(value, whole):
    assert tree("!@[$header.x|int]", call=Call("GET", "/", headers={"x": value})) == whole


@pytest.mark.parametrize("value", ["\\", '"', "'", "</script>", "${x}", "a\nb", "\u2028", "&amp;"])
@pytest.mark.parametrize("filters", ["html", "upper|html", "html|lower", "html|html"])
@pytest.mark.parametrize("context", ["data", "script", "css", "url"])
def test_an_escape_for_html_is_no_escape_for_another_language(context, filters, value):
    call = Call("GET", "/", headers={"x": value})
    found = text(f"!@[$header.x|{filters}]", context, call=call)
    shown = value
    for name in filters.split("|"):
        shown = html.escape(shown) if name == "html" else getattr(shown, name)()
    assert found == text("!@[$header.x]", context, call=Call("GET", "/", headers={"x": shown}))
    if context == "data":
        assert json.loads(f'"{found}"') == shown


@pytest.mark.parametrize("context", ["css", "url"])
def test_json_is_escaped_where_it_is_no_language_of_its_own(context):
    call = Call("GET", "/", headers={"x": '"};&=%26'})
    found = text("!@[$header.x|json]", context, call=call)
    assert not set('"};&=') & set(found)
