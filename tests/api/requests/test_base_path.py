"""Base paths: how a request is rewritten before the API sees it."""

import pytest
from bambleweeny.api.requests.base_path import BasePath

FRONT = "@ann/shop"
ROUTE = f"/routes/{FRONT}"


def moved(base_path, path, target=None):
    """Return SCRIPT_NAME, PATH_INFO and REQUEST_URI of a request; None if nothing answers it."""
    environ = {"SCRIPT_NAME": "", "PATH_INFO": path, "REQUEST_URI": target or path}
    if not base_path.move(environ):
        assert environ == {"SCRIPT_NAME": "", "PATH_INFO": path, "REQUEST_URI": target or path}
        return None
    return tuple(environ.values())


@pytest.mark.parametrize("base", ["/_b9y", "/a/b", "/routes", "/keys", "/x/keys/y"])
@pytest.mark.parametrize("front", [None, FRONT])
def test_what_is_below_the_base_path_is_the_api(base, front):
    base_path = BasePath(base, front)
    for path in (
        "/keys",
        "/",
        "/keys/",
        "/routes/1//a",
        "//",
        f"{base}/keys",
        "/docs/files/1/a.js",
    ):
        assert moved(base_path, base + path) == (base, path, path)
        assert moved(base_path, base + path, f"{base}{path}?a=/b?c") == (
            base, path, f"{path}?a=/b?c",
        )  # fmt: skip
    assert moved(base_path, base) == (base, "", "/")
    assert moved(base_path, base, f"{base}?a") == (base, "", "/?a")


def test_a_base_path_may_be_encoded_and_a_target_may_be_a_url():
    base_path = BasePath("/a/_b", FRONT)
    for target in ("/%61/%5Fb/keys/%78?%5Fb", "http://h:1/a/%5fb/keys/%78?%5Fb"):
        assert moved(base_path, "/a/_b/keys/x", target) == ("/a/_b", "/keys/x", "/keys/%78?%5Fb")
    assert moved(base_path, "/a/_b", "HTTP://h/a/%5Fb?x") == ("/a/_b", "", "/?x")
    assert moved(base_path, "/", "http://h") == ("", f"{ROUTE}/", f"{ROUTE}/")
    assert moved(base_path, "/", "http://h?x") == ("", f"{ROUTE}/", f"{ROUTE}/?x")


@pytest.mark.parametrize(
    "path", ["/", "/keys", "/_b9yx", "/_b9", "/x/_b9y/keys", "//_b9y", "/_B9Y"]
)
def test_everything_else_is_the_fronts_or_nobodys(path):
    assert moved(BasePath("/_b9y", FRONT), path) == ("", ROUTE + path, ROUTE + path)
    assert moved(BasePath("/_b9y"), path) is None
    assert BasePath("/_b9y").inner_path(path) is None


def test_the_front_gets_the_path_as_it_was_sent():
    base_path = BasePath("/_b9y", FRONT)
    assert moved(base_path, "/a%2Fb/c d", "/a%2Fb/c%20d?q=%2F") == (
        "", f"{ROUTE}/a%2Fb/c d", f"{ROUTE}/a%2Fb/c%20d?q=%2F",
    )  # fmt: skip
    assert moved(base_path, "/_b9y%2Fkeys") == ("", f"{ROUTE}/_b9y%2Fkeys", f"{ROUTE}/_b9y%2Fkeys")


def test_a_request_about_the_whole_server_has_no_path():
    for front in (None, FRONT):
        assert moved(BasePath("/_b9y", front), "*") == ("", "*", "*")
