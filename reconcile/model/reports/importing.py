"""What an import, or the adoption of drift, has written into the declarations, or would write."""

from dataclasses import dataclass
from datetime import datetime

from reconcile.model.edits import Omission

from .drift import Drift


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What an import puts into one file: numbers of entries and bundles, and the file before and after.

    ``before`` is None for a new file.
    """

    file: str
    added: int
    edited: int
    bundles: int
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import has written, or would write.

    ``unchanged`` counts the contacts that were declared as they are before; ``holding_nothing`` those that
    hold no role or tag that may be managed, ``unmanaged`` those that hold some which their entries leave
    unmanaged. ``left_out`` are whole contacts, ``undeclarable`` is what of
    imported ones is not declared. ``differing`` counts contacts that it is not about, for which a plan has
    changes as before; ``unsettled`` are entries that a plan refuses or sets aside as before, and why.
    """

    account: str
    as_of: datetime
    timezone: str
    dry_run: bool
    files: tuple[ImportedFile, ...]
    unchanged: int = 0
    holding_nothing: int = 0
    unmanaged: int = 0
    left_out: tuple[Omission, ...] = ()
    undeclarable: tuple[Omission, ...] = ()
    differing: int = 0
    unsettled: tuple[str, ...] = ()

    @property
    def imported(self) -> int:
        """The number of contacts whose entries are new or edited."""
        return sum(file.added + file.edited for file in self.files)


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
