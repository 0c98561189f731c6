"""What ``drift --adopt`` has written into the declarations, or would write, and what it leaves."""

from dataclasses import dataclass

from reconcile.model.edits import Omission

from .drift import Drift
from .importing import ImportedFile


@dataclass(frozen=True, slots=True)
class AdoptionReport:
    """What an adoption has written, or would write.

    ``adopted`` is the drift cut down to what is adopted: its changes have no other operation. ``left`` are
    the differences, and the contacts that are set aside, which stay as they are, with what to do about each.
    """

    adopted: Drift
    dry_run: bool
    files: tuple[ImportedFile, ...] = ()
    left: tuple[Omission, ...] = ()

    @property
    def contacts(self) -> int:
        """The number of contacts whose entries are edited."""
        return len(self.adopted.plan.changes)
