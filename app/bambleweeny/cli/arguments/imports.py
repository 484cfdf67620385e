"""Hints on imports that a server refuses for their size."""

from bambleweeny.errors import BambleweenyError, BodyTooLarge, ImportTooLarge


def import_hint(error: BambleweenyError) -> str | None:
    """Return the hint of a refused import, with the options of the command line."""
    if error.code == BodyTooLarge.code:
        return "Start the server with a larger --max-body; a document to import has up to 16 MB."
    if error.code == ImportTooLarge.code and error.hint:
        return error.hint.replace("only=", "--only")
    return error.hint
