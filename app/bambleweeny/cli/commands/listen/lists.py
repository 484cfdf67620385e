"""The list whose items are forwarded: by its own name, or as that of a bin."""

from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.documents import bin_of
from bambleweeny.cli.failures import CommandFailed

if TYPE_CHECKING:
    from bambleweeny.client import Bin, Client

_BELOW_BINS = "/bins/"


def list_of(client: "Client", word: str) -> str:
    """Return the name of a list from the id, name, `@USER/NAME`, path or URL of a bin of the user,
    or from the list's own name.

    A bin comes before a list of the same name. CommandFailed if there is no such bin, or if it
    adds to a topic.
    """
    reference = bin_of(word)
    for bin in client.bins.list():
        if _is_named(bin, reference):
            return _list_in(bin)
    if _BELOW_BINS not in word and not word.startswith("@"):
        return word
    raise CommandFailed(
        f"You have no bin '{reference}'.",
        hint="'bambleweeny bin' lists your bins and their URLs.",
    )


def _is_named(bin: "Bin", reference: str) -> bool:
    if reference.startswith("@"):
        return bin.named_path.endswith(f"/{reference}")
    return reference in (bin.id, bin.name)


def _list_in(bin: "Bin") -> str:
    if not bin.list:
        raise CommandFailed(
            f"The bin adds to the topic '{bin.topic}', not to a list.",
            hint=f"'bambleweeny follow {bin.topic}' shows its messages.",
        )
    return bin.list
