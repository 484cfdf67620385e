"""How collections refer to each other."""

import pytest
from bambleweeny.core.mocks.collections.naming import collection_of, fields_to, singulars


@pytest.mark.parametrize(
    ("plural", "first"),
    [("posts", "post"), ("categories", "category"), ("boxes", "box"), ("classes", "class"), ("statuses", "status"), ("dishes", "dish"),
     ("matches", "match"), ("people", "person"), ("children", "child"), ("houses", "house"), ("news", "new"), ("data", "data"), ("s", "s")],
)  # fmt: skip
def test_the_likeliest_singular_is_first(plural, first):
    assert singulars(plural)[0] == first


def test_fields_that_point_to_a_collection():
    assert fields_to("posts") == ["postId", "postsId", "post_id", "posts_id"]
    assert "movieId" in fields_to("movies") and "categoryId" in fields_to("categories")


def test_a_collection_by_its_singular():
    names = ["posts", "categories", "people"]
    assert [
        collection_of(name, names) for name in ("post", "category", "person", "posts", "x")
    ] == ["posts", "categories", "people", None, None]
