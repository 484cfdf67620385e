"""The list whose items are forwarded: by its own name, or as that of a bin."""

from typing import TYPE_CHECKING

from bambleweeny.cli.arguments.documents import id_of
from bambleweeny.cli.failures import CommandFailed
from bambleweeny.names import is_public_id

if TYPE_CHECKING:
    from bambleweeny.client import Client

_BELOW_BINS = "/bins/"


def list_of(client: "Client", word: str) -> str:
    """Return the name of a list from that, or from the id, path or URL of a bin of the user.

    CommandFailed if there is no such bin. A list whose name looks like an id is found if no bin
    has this id.
    """
    is_path = _BELOW_BINS in word
    if not is_path and not is_public_id(word):
        return word
    bin_id = id_of(word)
    for bin in client.bins.list():
        if bin.id == bin_id:
            return bin.list
    if not is_path:
        return word
    raise CommandFailed(
        f"You have no bin '{bin_id}'.", hint="'bambleweeny bin' lists your bins and their URLs."
    )
