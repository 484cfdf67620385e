"""Public routes over HTTP: tags, conditions and ranges, as keys have them."""

import pytest
from bambleweeny.api.answers.entity_tags import LatestTags
from bambleweeny.core.values import etag_of

LONG = bytes(range(256)) * 8
PAGE = {"Origin": "https://page.example"}


@pytest.fixture
def shown(as_uli, http):
    """Makes a key public and gives a function that asks for it."""

    def show(value, content_type="text/x-test"):
        as_uli.put("/keys/k", data=value)
        made = as_uli.post("/routes", json={"key": "k", "content_type": content_type}).json()

        def ask(method="GET", below="", **headers):
            named = {name.replace("_", "-"): text for name, text in headers.items()}
            return http.request(method, made["path"] + below, headers={**PAGE, **named})

        return ask

    return show


@pytest.mark.parametrize("value", [b"", b"short", LONG, b"nested !@[k2] and !@[none]"])
@pytest.mark.parametrize("below", ["", "/a/b?c=d"])
def test_a_route_has_the_tag_of_its_body(shown, as_uli, value, below):
    as_uli.put("/keys/k2", data=b"other")
    ask = shown(value)
    answer = ask(below=below)
    assert answer.headers["ETag"] == etag_of(answer.content)
    head = ask("HEAD", below)
    assert (head.content, head.headers["ETag"]) == (b"", answer.headers["ETag"])
    assert head.headers["Content-Length"] == str(len(answer.content))
    for tags in (answer.headers["ETag"], "*", f'"x", W/{answer.headers["ETag"]}'):
        for method in ("GET", "HEAD"):
            known = ask(method, below, If_None_Match=tags)
            assert (known.status_code, known.content) == (304, b"")
            assert known.headers["ETag"] == answer.headers["ETag"]
    assert ask(below=below, If_None_Match=etag_of(b"another")).content == answer.content


def test_a_nested_key_that_changes_changes_the_tag(shown, as_uli):
    as_uli.put("/keys/k2", data=b"1")
    ask = shown(b"n = !@[k2]")
    before = ask().headers["ETag"]
    assert ask(If_None_Match=before).status_code == 304
    as_uli.put("/keys/k2", data=b"2")
    after = ask(If_None_Match=before)
    assert (after.status_code, after.content) == (200, b"n = 2")
    assert after.headers["B9Y-Routes"] == "parsed"
    assert ask(If_None_Match=after.headers["ETag"]).headers["B9Y-Routes"] == "parsed"


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [("0-99", 0, 100), ("100-", 100, 2048), ("-5", 2043, 2048), ("2000-9999", 2000, 2048), ("-9999", 0, 2048)],
)  # fmt: skip
def test_a_range_is_a_part(shown, asked, begin, end):
    ask = shown(LONG)
    answer = ask(Range=f"bytes={asked}")
    assert (answer.status_code, answer.content) == (206, LONG[begin:end])
    assert answer.headers["Content-Range"] == f"bytes {begin}-{end - 1}/2048"
    assert answer.headers["Content-Length"] == str(end - begin)
    assert answer.headers["Content-Type"] == "text/x-test"
    assert answer.headers["ETag"] == etag_of(LONG)
    assert ask("HEAD", Range=f"bytes={asked}").status_code == 200


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,3-4", "items=0-1", "bytes=5-2", "bytes=", "bytes=-", "x"]
)
def test_what_is_no_single_range_is_answered_whole(shown, asked):
    answer = shown(LONG)(Range=asked)
    assert (answer.status_code, answer.content) == (200, LONG)
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_range_past_the_end_is_416(shown):
    ask = shown(LONG)
    answer = ask(Range="bytes=2048-")
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == "bytes */2048"
    assert ask(Range="bytes=0-").status_code == 206


def test_a_range_goes_on_only_with_the_same_body(shown):
    ask = shown(LONG)
    tag = ask().headers["ETag"]
    assert ask(Range="bytes=5-", If_Range=tag).status_code == 206
    assert ask(Range="bytes=5-", If_Range=etag_of(b"x")).content == LONG
    assert ask(Range="bytes=5-", If_None_Match=tag).status_code == 304


def test_a_range_of_a_rendered_body_is_a_part_of_that(shown, as_uli):
    as_uli.put("/keys/k2", data=b"0123456789")
    answer = shown(b"<!@[k2]>")(Range="bytes=1-4")
    assert (answer.status_code, answer.content) == (206, b"0123")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_answered_whole(shown, method):
    ask = shown(LONG)
    tag = ask().headers["ETag"]
    for headers in ({"If_None_Match": tag}, {"If_Match": '"x"'}, {"Range": "bytes=0-4"}):
        answer = ask(method, **headers)
        assert (answer.status_code, answer.content) == (200, LONG)


@pytest.mark.parametrize("bad", ["x", '"', '"a" "b"', ""])
def test_a_mock_takes_any_condition(shown, bad):
    assert shown(LONG)(If_None_Match=bad).content == LONG


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"If_None_Match": "*"}, 304), ({"Range": "bytes=0-1"}, 206), ({"Range": "bytes=9999-"}, 416)],
)  # fmt: skip
def test_a_page_may_read_all_of_it(shown, headers, status):
    answer = shown(LONG)(**headers)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "Content-Range", "Accept-Ranges", "B9Y-Routes"} <= exposed
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox allow-scripts allow-forms"


def test_a_page_may_ask_with_conditions(shown):
    answer = shown(LONG)("OPTIONS", Access_Control_Request_Method="GET")
    assert answer.headers["Access-Control-Allow-Headers"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "*"


def test_latest_tags_are_right_and_bounded():
    tags = LatestTags(most_bytes=10_000)
    for number in range(100):
        value = b"%d" % number * 500
        assert (
            tags.tag_of("a", value) == tags.tag_of("a", value[:-1] + value[-1:]) == etag_of(value)
        )
        assert tags.tag_of(f"b{number}", value) == etag_of(value)
        held = sum(len(value) for value, _ in tags._latest.values())
        assert held <= 10_000
        assert len(tags._latest) <= 20
    assert tags.tag_of("c", bytes(20_000)) == etag_of(bytes(20_000))
    assert "c" not in tags._latest


def test_a_key_is_read_on_a_condition(as_uli, raw):
    as_uli.put("/keys/k", data=b"v")
    tag = as_uli.get("/keys/k").headers["ETag"]
    for method in ("GET", "HEAD"):
        assert as_uli.request(method, "/keys/k", headers={"If-Match": tag}).ok
        assert as_uli.request(method, "/keys/k", headers={"If-Match": "*"}).ok
        answer = as_uli.request(method, "/keys/k", headers={"If-Match": '"x"'})
        assert answer.status_code == 412
        assert "ETag" not in answer.headers
    answer = as_uli.get("/keys/k?touch=5", headers={"If-Match": '"x"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "precondition_failed")
    assert raw.ttl("b9y:{1}:key:k") == -1
    assert as_uli.get("/keys/k?touch=5", headers={"If-Match": tag}).ok
    assert raw.ttl("b9y:{1}:key:k") == 5
    assert as_uli.get("/keys/k", headers={"If-Match": "unquoted"}).status_code == 400
