"""What an import would do: counts by kind, growth, and the first error."""

from dataclasses import dataclass, field
from typing import Any

from bambleweeny.errors import BambleweenyError

LINE_KINDS = ("keys", "items", "policies", "messages", "routes", "bins")
"""The kinds of lines. The others count names: one for all lines of a list or topic."""
KINDS = ("keys", "lists", "items", "policies", "topics", "messages", "routes", "bins")


@dataclass
class Counts:
    """Numbers of names or lines: new ones, ones that exist and are changed, and skipped ones."""

    new: int = 0
    replaced: int = 0
    skipped: int = 0


@dataclass
class ImportPlan:
    """What an import would do until its first error.

    `deleted` has the numbers of names by noun that would be deleted first. `names` and `bytes` are
    by how much the user's data grow, with those of the earlier parts. `begun` is as in `Imported`.
    """

    counts: dict[str, Counts] = field(default_factory=lambda: {kind: Counts() for kind in KINDS})
    deleted: dict[str, int] = field(default_factory=dict)
    names: int = 0
    bytes: int = 0
    begun: str | None = None
    error: BambleweenyError | None = None

    def shown(self) -> dict[str, Any]:
        """Return the plan as it is answered: the counts of `Imported`, and `plan`."""
        lines = {kind: self.counts[kind] for kind in LINE_KINDS}
        plan: dict[str, Any] = {kind: vars(counts) for kind, counts in self.counts.items()}
        plan |= {"deleted": self.deleted, "names": self.names, "bytes": self.bytes}
        if self.error is not None:
            plan["error"] = _shown_error(self.error)
        return {
            **{kind: counts.new + counts.replaced for kind, counts in lines.items()},
            "skipped": sum(counts.skipped for counts in lines.values()),
            **({} if self.begun is None else {"begun": self.begun}),
            "plan": plan,
        }


def _shown_error(error: BambleweenyError) -> dict[str, Any]:
    found = {
        "info": error.info, "code": error.code, "hint": error.hint, "status": error.status,
        "index": error.index,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}
