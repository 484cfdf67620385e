"""Keys over HTTP: ends, tags, types, ranges, parts and patches; counters with bounds."""

import hashlib

import pytest

MERGE = {"Content-Type": "application/merge-patch+json"}
BAD_TTLS = ["", "0", "x", "-1", "1.5", "3661d", "1y", "0m", "none "]


def tag_of(value: bytes) -> str:
    return f'"{hashlib.sha1(value, usedforsecurity=False).hexdigest()}"'


def ttl_of(answer) -> int:
    return int(answer.headers["B9Y-TTL"])


def about(seconds):
    """A TTL that was set just now, on a machine that may be slow: up to ten seconds less."""
    return pytest.approx(seconds - 5, abs=5)


def test_every_read_has_a_tag_and_a_write_on_terms_gives_it(as_uli):
    for value in (b"", b"bar", b"\xff\x00", bytes(1 << 20)):
        as_uli.put("/keys/k?ttl=1m", data=value)
        assert "ETag" not in as_uli.put("/keys/k", data=value).headers
        for path, headers in (("/keys/k?keepttl=1", {}), ("/keys/k", {"If-Match": "*"})):
            answer = as_uli.put(path, data=value, headers=headers)
            assert answer.headers["ETag"] == tag_of(value)
        for method in ("GET", "HEAD"):
            answer = as_uli.request(method, "/keys/k")
            assert (answer.status_code, answer.headers["ETag"]) == (200, tag_of(value))
            assert answer.headers.get("Accept-Ranges") == ("bytes" if len(value) > 512 else None)
            assert int(answer.headers["Content-Length"]) == len(value)
            assert not {"B9Y-TTL", "Cache-Control"} & answer.headers.keys()


def test_what_is_known_is_304(as_uli):
    as_uli.put("/keys/k?ttl=1m", data=b"v")
    tag = tag_of(b"v")
    for method in ("GET", "HEAD"):
        for known in (tag, f"W/{tag}", "*", f'"x", W/"y",{tag}'):
            answer = as_uli.request(method, "/keys/k", headers={"If-None-Match": known})
            assert (answer.status_code, answer.content) == (304, b"")
            assert (answer.headers["ETag"], ttl_of(answer)) == (tag, about(60))
            assert "Content-Type" not in answer.headers
        for other in ('"x"', tag_of(b"w"), '""'):
            assert as_uli.request(method, "/keys/k", headers={"If-None-Match": other}).ok
    assert as_uli.get("/keys/none", headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize(
    "tags", ["x", "", '"x" "y"', '"', "*,*", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"]
)
def test_a_header_that_holds_no_tag_changes_nothing(as_uli, header, tags):
    as_uli.put("/keys/k", data=b"v")
    for method in ("PUT", "PATCH", "DELETE"):
        answer = as_uli.request(method, "/keys/k", data=b"", headers={header: tags})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert f"'{header}'" in answer.json()["info"]
    assert as_uli.get("/keys/k").text == "v"


def test_a_lock_with_an_end_is_released_by_its_holder_alone(as_uli):
    new = {"If-None-Match": "*"}
    mine = as_uli.put("/keys/lock?ttl=30s", data=b"me", headers=new)
    assert mine.ok
    other = as_uli.put("/keys/lock?ttl=30s", data=b"you", headers=new)
    assert (other.status_code, other.json()["code"]) == (412, "precondition_failed")
    assert "ETag" not in other.headers
    assert as_uli.delete("/keys/lock", headers={"If-Match": tag_of(b"you")}).status_code == 412
    assert (
        as_uli.delete("/keys/lock", headers={"If-Match": f"W/{tag_of(b'me')}"}).status_code == 412
    )
    assert as_uli.delete("/keys/lock", headers={"If-Match": mine.headers["ETag"]}).ok
    assert (
        as_uli.delete("/keys/lock", headers={"If-Match": mine.headers["ETag"]}).status_code == 404
    )
    assert as_uli.put("/keys/lock", data=b"you", headers={"If-Match": "*"}).status_code == 412


def test_ttl(as_uli):
    as_uli.put("/keys/k?ttl=10m", data=b"v")
    assert ttl_of(as_uli.get("/keys/k")) == about(600)
    as_uli.put("/keys/k?keepttl=1", data=b"w")
    assert ttl_of(as_uli.head("/keys/k")) == about(600)
    assert as_uli.patch("/keys/k?ttl=3660d").json() == {"info": "ok"}
    assert ttl_of(as_uli.get("/keys/k")) == about(3660 * 86400)
    assert as_uli.patch("/keys/k?ttl=none").ok
    assert "B9Y-TTL" not in as_uli.get("/keys/k").headers
    assert as_uli.patch("/keys/none?ttl=5").status_code == 404
    assert as_uli.get("/keys/k").text == "w"
    refused = as_uli.put("/keys/k?keepttl=1&ttl=5", data=b"x")
    assert (refused.status_code, "'keepttl'" in refused.json()["info"]) == (400, True)


@pytest.mark.parametrize("ttl", BAD_TTLS)
def test_a_bad_ttl_names_its_parameter(as_uli, ttl):
    as_uli.put("/keys/k", data=b"1")
    for method, path, name in (
        ("PUT", "/keys/k", "ttl"), ("PATCH", "/keys/k", "ttl"), ("GET", "/keys/k", "touch"), ("POST", "/incr/n", "ttl"),
    ):  # fmt: skip
        answer = as_uli.request(method, path, params={name: ttl})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert f"'{name}'" in answer.json()["info"]
    assert as_uli.put("/keys/k?ttl=none", data=b"1").status_code == 400
    assert "B9Y-TTL" not in as_uli.get("/keys/k").headers


def test_a_touch_is_a_get_alone(as_uli):
    as_uli.put("/keys/k?ttl=10m", data=b"v", headers={"Content-Type": "a/b"})
    assert ttl_of(as_uli.head("/keys/k?touch=5")) == about(600)
    answer = as_uli.get("/keys/k?touch=1h")
    assert (answer.text, ttl_of(answer), answer.headers["Cache-Control"]) == (
        "v",
        about(3600),
        "no-store",
    )
    assert answer.headers["Content-Type"] == "a/b"
    assert as_uli.get("/keys/none?touch=5").status_code == 404


@pytest.mark.parametrize(
    ("query", "headers"),
    [("", {"If-None-Match": "unquoted"}), ("&path=", {}), ("&path=" + 100 * ".", {})],
)
def test_a_bad_request_touches_nothing(as_uli, query, headers):
    as_uli.put("/keys/k?ttl=10m", data=b"{}")
    assert as_uli.get(f"/keys/k?touch=1h{query}", headers=headers).status_code == 400
    assert int(as_uli.get("/keys/k").headers["B9Y-TTL"]) <= 600


def test_what_has_ended_is_404_at_its_route_too(as_uli, http, raw):
    as_uli.put("/keys/k?ttl=1h", data=b"v")
    route = as_uli.post("/routes", json={"key": "k", "content_type": "a/b"}).json()["path"]
    assert http.get(route).headers["Content-Type"] == "a/b"
    raw.pexpire("b9y:{1}:key:k", 0)
    raw.pexpire("b9y:{1}:meta:k", 0)
    assert http.get(route).status_code == 404
    for method in ("GET", "HEAD", "DELETE"):
        assert as_uli.request(method, "/keys/k").status_code == 404


@pytest.mark.parametrize(
    "given",
    ["text/html", "TEXT/HTML;charset=utf-8", 'a/b; c="d e"', "application/json", "text/plain"],
)
def test_a_type_comes_back_as_it_was_given(as_uli, given):
    as_uli.put("/keys/k", data=b"<script>", headers={"Content-Type": given})
    for method in ("GET", "HEAD"):
        answer = as_uli.request(method, "/keys/k")
        assert answer.headers["Content-Type"] == given
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "given", ["", "x", "text/", "a/b\tc", "application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; charset=utf-8"]
)  # fmt: skip
def test_what_is_no_type_on_purpose_is_not_remembered(as_uli, raw, given):
    as_uli.put("/keys/k", data=b"v", headers={"Content-Type": given})
    assert as_uli.get("/keys/k").headers["Content-Type"] == "text/plain; charset=utf-8"
    assert not raw.exists("b9y:{1}:meta:k")


def test_what_was_there_before_comes_back(as_uli):
    made = as_uli.put("/keys/k?return=old", data=b"\xff", headers={"Content-Type": "a/b"})
    assert (made.status_code, made.content) == (204, b"")
    old = as_uli.put("/keys/k?return=old", data=b"new")
    assert (old.status_code, old.content, old.headers["Content-Type"]) == (200, b"\xff", "a/b")
    old = as_uli.delete("/keys/k?return=old")
    assert (old.text, old.headers["Content-Type"]) == ("new", "text/plain; charset=utf-8")
    assert as_uli.delete("/keys/k?return=old").status_code == 404
    for method in ("PUT", "DELETE"):
        assert "'return'" in as_uli.request(method, "/keys/k?return=new").json()["info"]


VALUE = bytes(range(100))
RANGES = [
    # a header, the status, the bytes
    ("bytes=0-0", 206, VALUE[:1]), ("bytes=10-19", 206, VALUE[10:20]), ("bytes=90-", 206, VALUE[90:]),
    ("bytes=-5", 206, VALUE[-5:]), ("bytes=-1000", 206, VALUE), ("bytes=99-1000", 206, VALUE[99:]),
    ("Bytes=1-2", 206, VALUE[1:3]), ("bytes=100-", 416, None), ("bytes=100-200", 416, None), ("bytes=-0", 416, None),
    ("bytes=0-1,3-4", 200, VALUE), ("bytes=5-4", 200, VALUE), ("bytes=-", 200, VALUE), ("bytes=a-b", 200, VALUE),
    ("lines=0-1", 200, VALUE), ("bytes=", 200, VALUE), ("0-1", 200, VALUE), ("bytes=٣-", 200, VALUE),
]  # fmt: skip


@pytest.mark.parametrize(("header", "status", "part"), RANGES)
def test_a_range_is_a_part(as_uli, header, status, part):
    as_uli.put("/keys/k", data=VALUE, headers={"Content-Type": "a/b"})
    answer = as_uli.get("/keys/k", headers={"Range": header.encode()})
    assert answer.status_code == status
    if status == 416:
        assert answer.headers["Content-Range"] == "bytes */100"
        assert answer.json()["code"] == "range_not_satisfiable"
        return
    assert (answer.content, answer.headers["Content-Type"]) == (part, "a/b")
    assert answer.headers["ETag"] == tag_of(VALUE)
    if status == 206:
        begin = VALUE.index(part)
        assert answer.headers["Content-Range"] == f"bytes {begin}-{begin + len(part) - 1}/100"
    whole = as_uli.head("/keys/k", headers={"Range": header.encode()})
    assert (whole.status_code, whole.headers["Content-Length"]) == (200, "100")


def test_a_range_goes_on_only_with_the_same_value(as_uli):
    as_uli.put("/keys/k", data=VALUE)
    for tag, status in (
        (tag_of(VALUE), 206),
        (tag_of(b""), 200),
        (f"W/{tag_of(VALUE)}", 200),
        ("Sun, 22 Nov 2026 22:00:00 GMT", 200),
    ):
        answer = as_uli.get("/keys/k", headers={"Range": "bytes=5-", "If-Range": tag})
        assert answer.status_code == status
    as_uli.put("/keys/k", data=b"")
    assert as_uli.get("/keys/k", headers={"Range": "bytes=0-"}).status_code == 416


def test_a_part_of_a_json_value(as_uli):
    as_uli.put("/keys/k", data=b'{"a":{"b":[1.50,"x"]}}')
    answer = as_uli.get("/keys/k?path=a.b.0")
    assert (answer.text, answer.headers["Content-Type"]) == ("1.50", "application/json")
    tag = answer.headers["ETag"]
    assert tag == as_uli.get("/keys/k").headers["ETag"]
    assert as_uli.get("/keys/k?path=a", headers={"If-None-Match": tag}).status_code == 304
    touched = as_uli.get("/keys/k?path=a.b&touch=1m")
    assert (touched.json(), ttl_of(touched)) == ([1.5, "x"], about(60))
    assert as_uli.get("/keys/k?path=a.c").status_code == 404
    assert as_uli.get("/keys/none?path=a").status_code == 404
    as_uli.put("/keys/k", data=b"text")
    for path, code in (("a", "not_json"), ("", "invalid_request")):
        answer = as_uli.get(f"/keys/k?path={path}")
        assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_merge_patch(as_uli):
    made = as_uli.patch("/keys/k", data=b'{"a":1,"b":{"c":2}}', headers=MERGE)
    assert made.json() == {"info": "ok"}
    assert made.headers["ETag"] == tag_of(b'{"a":1,"b":{"c":2}}')
    assert as_uli.get("/keys/k").headers["Content-Type"] == "application/json"
    as_uli.put("/keys/k?ttl=1m", data=b'{"a":1,"b":{"c":2}}', headers={"Content-Type": "a/b"})
    mine = {**MERGE, "If-Match": made.headers["ETag"]}
    done = as_uli.patch("/keys/k", data=b'{"b":{"c":null,"d":[]}}', headers=mine)
    answer = as_uli.get("/keys/k")
    assert (answer.text, answer.headers["Content-Type"]) == ('{"a":1,"b":{"d":[]}}', "a/b")
    assert (answer.headers["ETag"], ttl_of(answer)) == (done.headers["ETag"], about(60))
    assert as_uli.patch("/keys/k", data=b"{}", headers=mine).status_code == 412
    assert as_uli.patch("/keys/k?ttl=none", data=b"{}", headers=MERGE).ok
    assert "B9Y-TTL" not in as_uli.get("/keys/k").headers


def test_what_is_no_merge_patch_is_told(as_uli):
    as_uli.put("/keys/k", data=b"{}")
    for headers in (
        {},
        {"Content-Type": "application/json"},
        {"Content-Type": "application/x-www-form-urlencoded"},
    ):
        for path in ("/keys/k", "/keys/k?ttl=5"):
            answer = as_uli.patch(path, data=b'{"a":1}', headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_type")
        assert as_uli.patch("/keys/k", headers=headers).status_code == 415
    for body, code in ((b"", "invalid_request"), (b"{", "invalid_request")):
        answer = as_uli.patch("/keys/k", data=body, headers=MERGE)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    as_uli.put("/keys/k", data=b"text")
    assert as_uli.patch("/keys/k", data=b"{}", headers=MERGE).json()["code"] == "not_json"
    assert as_uli.get("/keys/k").text == "text"


def test_a_rate_limiter_in_one_call(as_uli):
    path = "/incr/limit?max=2&ttl=1m"
    for number in ("1", "2"):
        answer = as_uli.post(path)
        assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (
            200,
            number,
            "no-store",
        )
    answer = as_uli.post(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "limit_reached")
    assert answer.headers["Retry-After"] == answer.headers["B9Y-TTL"]
    assert ttl_of(answer) == about(60)
    as_uli.put("/keys/for-ever", data=b"2")
    answer = as_uli.get("/incr/for-ever?max=2")
    assert answer.status_code == 409
    assert not {"Retry-After", "B9Y-TTL"} & answer.headers.keys()


def test_a_counter_counts_by_any_step(as_uli):
    assert as_uli.post("/incr/n?by=5").text == "5"
    assert as_uli.get("/incr/n?by=-7").text == "-2"
    assert as_uli.post("/incr/n?by=0").text == "-2"
    assert as_uli.post(f"/incr/n?by={2**63 - 1}&max={2**63 - 1}").text == str(2**63 - 3)
    assert as_uli.post(f"/incr/n?by=-1&min={2**63 - 3}").status_code == 409
    for name in ("by", "max", "min"):
        for bad in ("", "x", "1.5", "1e3", str(2**63), "+1", "1_0", "٣"):
            answer = as_uli.post("/incr/n", params={name: bad})
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
            assert f"'{name}'" in answer.json()["info"]


def test_a_cache_buster_changes_nothing(as_uli, raw):
    assert as_uli.put("/keys/k?_=1", data=b"v").json() == {"info": "ok"}
    assert as_uli.get("/keys/k?_=1").text == "v"
    assert as_uli.post("/incr/n?_=1").text == "1"
    assert as_uli.delete("/keys/k?_=1").ok
    assert not raw.keys("b9y:{1}:meta:*")


def test_a_page_of_another_origin_sees_what_it_needs(as_uli):
    as_uli.put("/keys/k?ttl=5", data=b"v")
    answer = as_uli.get("/keys/k", headers={"Origin": "http://localhost:3000", "Range": "bytes=0-"})
    assert answer.status_code == 206
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "B9Y-TTL", "Content-Range", "Accept-Ranges", "Retry-After"} <= set(exposed)
    asked = as_uli.options("/keys/k", headers={
        "Origin": "http://localhost:3000", "Access-Control-Request-Method": "PATCH",
    })  # fmt: skip
    assert "PATCH" in asked.headers["Access-Control-Allow-Methods"]
    assert {"Range", "If-Range", "If-Match"} <= set(
        asked.headers["Access-Control-Allow-Headers"].split(", ")
    )


def test_bounds_that_no_number_meets_are_refused(as_uli):
    for call in (as_uli.get, as_uli.post):
        answer = call("/incr/bounded?max=5&min=9")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert "at least 9 (min) and at most 5 (max)" in answer.json()["info"]
    for operation in (["incr", "bounded", {"max": -1, "min": 0}],
                      ["incr", "bounded", 2, {"max": -1, "min": 0}]):  # fmt: skip
        answer = as_uli.post("/batch", json=[operation])
        assert answer.status_code == 400
        assert "no number is at least 0 (min) and at most -1 (max)" in answer.json()["info"]
    assert as_uli.get("/keys/bounded").status_code == 404
    assert as_uli.get("/incr/bounded?max=1&min=1").text == "1"
