"""How collections refer to each other: `postId` in a comment points to `posts`."""

from collections.abc import Iterable

_IRREGULAR = {"people": "person", "children": "child", "men": "man", "women": "woman"}
_ES = ("sses", "tuses", "ruses", "buses", "xes", "zes", "ches", "shes")


def singulars(plural: str) -> list[str]:
    """Return what one object of a collection may be called, the likeliest first."""
    if plural.lower() in _IRREGULAR:
        return [_IRREGULAR[plural.lower()], plural]
    found = []
    if plural.endswith("ies"):
        found.append(plural[:-3] + "y")
    if plural.endswith(_ES):
        found.append(plural[:-2])
    if plural.endswith("s"):
        found.append(plural[:-1])
    return [name for name in [*found, plural] if name]


def fields_to(collection: str) -> list[str]:
    """Return the fields that may point to a collection: `postId`, `post_id`."""
    names = singulars(collection)
    return [f"{name}Id" for name in names] + [f"{name}_id" for name in names]


def collection_of(singular: str, collections: Iterable[str]) -> str | None:
    """Return the collection of which an object is called so, or None."""
    return next((name for name in collections if singular in singulars(name)[:-1]), None)
