"""What names a route."""

import pytest
from bambleweeny.core.mocks.references import is_public_name, reference_of

ID = "00000000-0000-4000-8000-000000000000"


def test_an_id_and_a_name():
    assert reference_of(ID) == (ID, "", "")
    assert reference_of("@ann/shop") == ("", "ann", "shop")
    assert reference_of("@ann@example.com/shop-1.0_x") == ("", "ann@example.com", "shop-1.0_x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop",
        "ann/shop",
        "@ann",
        "@/shop",
        "@ann/",
        "@ann/a/b",
        "@a b/c",
        "@ann/a b",
        "@ann/..",
        "@ann/.",
        "@ann/" + "x" * 65,
        ID[:-1],
        ID + "0",
    ],
)
def test_what_is_neither(text):
    assert reference_of(text) is None


def test_names_of_routes():
    assert all(map(is_public_name, ("a", "A-1_b.c", "x" * 64, "..a")))
    assert not any(map(is_public_name, ("", ".", "..", "a:b", "a/b", "ü", "x" * 65, "a\n")))
