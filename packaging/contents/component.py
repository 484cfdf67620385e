"""What a part of a build is: a notice of its licence, and a name that registries know."""

from dataclasses import dataclass

from bambleweeny.cli.commands.server.licenses import Notice


@dataclass(frozen=True)
class Component:
    """A part with its package URL, as the bill of materials has it."""

    notice: Notice
    url: str


class MissingLicense(Exception):
    """A part whose licence cannot be told; the sentence says which and what to do."""
