"""The list whose items are forwarded or shown: by its own name, or as that of a bin."""

from typing import TYPE_CHECKING, NamedTuple

from bambleweeny.cli.arguments.documents import bin_of
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.names import is_name

if TYPE_CHECKING:
    from bambleweeny.client import Bin, Client

_BELOW_BINS = "/bins/"


class Place(NamedTuple):
    """A list, and the id or name of the bin by which it was found; empty if by its own name.

    `is_there` is false if there is neither such a list nor a bin that adds to it.
    """

    list: str
    bin: str = ""
    is_there: bool = True

    def __str__(self) -> str:
        """Return what a sentence calls it."""
        if self.bin:
            return f"the bin '{self.bin}' (list '{self.list}')"
        return f"the list '{self.list}'"


def place_of(client: "Client", word: str) -> Place:
    """Return the list of a bin of the user, from the bin's id, name, `@USER/NAME`, path or URL, or
    a list from its own name.

    A bin comes before a list of the same name. CommandFailed if a path or URL is of no bin of the
    user, or if the bin adds to a topic.
    """
    reference = bin_of(word)
    bins = [*client.bins.list()]
    for bin in bins:
        if _is_named(bin, reference):
            return Place(_list_in(bin), reference)
    if _BELOW_BINS in word or word.startswith("@"):
        raise CommandFailed(
            f"You have no bin '{reference}'.",
            hint="'bambleweeny bin' lists your bins and their URLs.",
        )
    has_bin = bool(word) and any(bin.list == word for bin in bins)
    return Place(word, is_there=has_bin or _exists(client, word))


def place_that_exists(client: "Client", word: str) -> Place:
    """Return what `place_of` does; CommandFailed if there is neither such a bin nor list."""
    place = place_of(client, word)
    if not place.is_there:
        raise CommandFailed(
            f"You have no bin and no list '{word}'.",
            hint="'bambleweeny bin' lists your bins, and 'bambleweeny lists' your lists. A list "
            "exists while it has items or a policy.",
        )
    return place


def _exists(client: "Client", name: str) -> bool:
    # NOTE: of all names with this prefix, the name itself is the first.
    return is_name(name) and any(
        entry.name == name for entry in client.lists.list(prefix=name, limit=1)
    )


def _is_named(bin: "Bin", reference: str) -> bool:
    if reference.startswith("@"):
        return bin.named_path.endswith(f"/{reference}")
    # NOTE: a bin without a name has the name "", which must not stand for it.
    return bool(reference) and reference in (bin.id, bin.name)


def _list_in(bin: "Bin") -> str:
    if not bin.list:
        raise CommandFailed(
            f"The bin adds to the topic '{bin.topic}', not to a list.",
            hint=f"'bambleweeny follow {bin.topic}' shows its messages.",
        )
    return bin.list
