"""Paths of rules."""

import time

import pytest
from bambleweeny.core.mocks.calls import segments_of
from bambleweeny.core.mocks.matching.paths import Entry, Guard, Paths, Pattern
from bambleweeny.core.mocks.refusals import Refused

UUID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


def found(patterns, path, method="GET"):
    paths = Paths(Entry(Pattern(p)) for p in patterns)
    return [patterns[i] for i in paths.find(method, segments_of(path), None)]


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("/", ["", "/"], ["/a", "//"]),
        ("/a/b", ["/a/b", "/a/b/", "/%61/b"], ["/a", "/a/b/c", "/a/B", "/a//b"]),
        ("/a/", ["/a", "/a/"], ["/"]),
        ("/{x}", ["/a", "/a%2Fb", "/7", "/%20"], ["/", "/a/b"]),
        ("/{x:int}", ["/7", "/-7", "/007", "/" + "9" * 18], ["/a", "/7.0", "/7a", "/", "/" + "9" * 19, "/%D9%A3", "/+7"]),
        ("/{x:uuid}", [f"/{UUID}", f"/{UUID.upper()}"], ["/7", f"/{UUID}0", f"/{UUID[:-1]}"]),
        ("/a/*", ["/a/b", "/a/%2F"], ["/a", "/a/", "/a/b/c"]),
        ("/a/**", ["/a", "/a/", "/a/b", "/a/b/c"], ["/b", "/"]),
        ("/**", ["", "/", "/a/b"], []),
        ("/*/b", ["/a/b"], ["/b", "//b"]),
        ("/a%2Fb", ["/a%2Fb", "/a%2fb"], ["/a/b"]),
        ("/café", ["/caf%C3%A9"], ["/cafe"]),
        ("/a.b/c+d", ["/a.b/c+d"], ["/axb/c+d", "/a.b/c d"]),
        ("/100%", ["/100%", "/100%25"], ["/100"]),
    ],
)  # fmt: skip
def test_a_pattern_matches(pattern, fits, does_not):
    for path in fits:
        assert found([pattern], path) == [pattern], path
        assert Pattern(pattern).distance(segments_of(path)) == 0
    for path in does_not:
        assert found([pattern], path) == [], path
        assert Pattern(pattern).distance(segments_of(path)) > 0


@pytest.mark.parametrize(
    ("pattern", "code"),
    [("a", "invalid_path"), ("", "invalid_path"), ("/**/a", "invalid_path"), ("/a*", "invalid_path"), ("/{x", "invalid_path"),
     ("/{x:str}", "invalid_path"), ("/{1x}", "invalid_path"), ("/{}", "invalid_path"), ("/v{x}", "invalid_path"),
     ("/{x}/{x}", "invalid_path"), ("/a?b=1", "invalid_path"), ("/a#b", "invalid_path"), ("/a b", "invalid_path"),
     ("/a\nb", "invalid_path"), ("/a\x00", "invalid_path"), ("/" + "a/" * 33, "too_many_segments"), ("/{x.y}", "invalid_path")],
)  # fmt: skip
def test_what_is_no_path_is_refused(pattern, code):
    with pytest.raises(Refused) as refused:
        Pattern(pattern)
    assert refused.value.code == code


def test_32_segments_are_enough_and_longer_requests_match_the_rest_alone():
    longest = "/a" * 32
    assert found([longest, "/a/**"], longest) == [longest, "/a/**"]
    assert found([longest, "/a/**"], longest + "/a") == ["/a/**"]
    assert found([longest, "/a/**"], "/a" * 5000) == ["/a/**"]


def test_values_are_decoded_and_stay_in_their_segment():
    pattern = Pattern("/a/{x}/{y:int}")
    assert pattern.values(segments_of("/a/b%2F..%2Fc/7")) == {"x": "b/../c", "y": "7"}


def test_the_order_is_that_of_the_document():
    patterns = ["/pets/{id}", "/pets/mine", "/pets/{id:int}", "/**", "/pets/*"]
    assert found(patterns, "/pets/mine") == ["/pets/{id}", "/pets/mine", "/**", "/pets/*"]
    assert found(patterns, "/pets/7") == ["/pets/{id}", "/pets/{id:int}", "/**", "/pets/*"]
    assert found(patterns, "/x") == ["/**"]


def test_methods_choose():
    paths = Paths(
        [
            Entry(Pattern("/a"), frozenset(["GET"])),
            Entry(Pattern("/a")),
            Entry(Pattern("/a"), frozenset(["POST", "PUT"])),
        ]
    )
    assert paths.find("PUT", ["a"], None) == [1, 2]
    assert paths.find("GET", ["a"], None) == [0, 1]


def test_a_guard_is_found_by_its_text_and_once():
    entries = [Entry(Pattern("/a"), None, Guard("q", str(n % 100))) for n in range(200)]
    paths = Paths([*entries, Entry(Pattern("/a"))])
    asked = []
    assert paths.find("GET", ["a"], lambda place: asked.append(place) or ["7", "7", "x"]) == [
        7,
        107,
        200,
    ]
    assert asked == ["q"]


def test_a_tree_of_variables_costs_its_nodes_and_no_more():
    patterns = [
        "/" + "/".join("ab"[n >> bit & 1] if bit < 8 else f"{{x{bit}}}" for bit in range(31))
        for n in range(200)
    ]
    paths = Paths(Entry(Pattern(p)) for p in patterns)
    started = time.process_time()
    for _ in range(20):
        assert paths.find("GET", ["a"] * 31, None) == [0]
    assert time.process_time() - started < 0.5
