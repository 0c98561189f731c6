"""What runs remember of each declaration: which contact it was about, in which form, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .baseline import Baseline, BaselineEntry, EntryKey, ResolvedForm
from .declaration import Declaration


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """What the last complete run says of one declaration.

    ``resolved`` is the digest of its resolved form. ``contact`` is the id of the contact that it was about;
    None when none was found yet. ``settled`` is when the last run began that left the contact as declared;
    None when no run has. ``set_aside`` is since when the declaration is set aside; None when it is not.
    ``form`` is what the declaration came to; None in a record of an earlier version. ``revocations`` are the
    roles that a contact should lose that is set aside, and that it may still hold.
    """

    resolved: str
    contact: str | None
    settled: datetime | None
    set_aside: datetime | None = None
    form: ResolvedForm | None = None
    revocations: tuple[str, ...] = ()

    def as_baseline(self) -> BaselineEntry:
        """The declaration as one that others are compared with."""
        judged = self.settled or self.set_aside
        return BaselineEntry(self.resolved, self.form, contact=self.contact, judged=judged)


@dataclass(frozen=True, slots=True)
class CheckedOutCommit:
    """The commit that is checked out; ``dirty`` when declarations or configuration differ from it."""

    name: str
    dirty: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who started a run, and what it carries out.

    ``actor`` is the login at the forge whose job it is, elsewhere the user's name on that machine; empty
    where nothing tells. ``commit`` is that of the declarations' repository, None outside of Git; ``dirty``:
    declarations or configuration differ from it. ``pull_requests`` are those that the run carries, and
    ``run`` is the address of the job's run; None where no forge runs it.
    """

    actor: str = ""
    commit: str | None = None
    dirty: bool = False
    pull_requests: tuple[int, ...] = ()
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What the last complete run says of all declarations (design, section 7).

    ``commit`` is that of the declarations' repository; None outside of Git. ``declarations`` is the digest of
    what was declared, ``config`` that of the policy, which steers fold and guards; ``allowances`` has those
    of the entries under ``allow`` that were declared.
    """

    run: str
    at: datetime
    commit: CheckedOutCommit | None
    declarations: str
    config: str
    entries: Mapping[EntryKey, RecordedEntry]
    allowances: frozenset[str] = frozenset()

    def baseline(self) -> Baseline:
        """The declarations that it remembers, to compare the present ones with."""
        entries = {key: entry.as_baseline() for key, entry in self.entries.items()}
        return Baseline("the last complete run", entries, None, self.allowances, self.at, self.config)


@dataclass(frozen=True, slots=True)
class UnrecordedRun:
    """The last run of all declarations, where it left no record: when it began, and how it ended.

    ``settled`` are the ids of the contacts that it left as declared.
    """

    run: str
    at: datetime
    declarations: str
    config: str
    complete: bool
    settled: frozenset[str | None] = frozenset()


@dataclass(frozen=True, slots=True)
class Remembered:
    """What all runs tell together: the record, and what the runs after it have done.

    ``unrecorded`` is the last of those runs that was about all declarations. ``settled`` has, by a contact's
    id, when the last of those runs began that left it as that run's declarations say. ``names`` has the
    contact by each address and reference by which the record's declarations name it, or that it had before
    one of those runs wrote it, or may have written it. ``spent`` are the digests of the entries under
    ``allow`` that any complete run has carried, be it retired since, or the entry be gone from later ones.
    """

    record: Record | None = None
    unrecorded: UnrecordedRun | None = None
    settled: Mapping[str, datetime] = field(default_factory=dict)
    names: Mapping[EntryKey, str] = field(default_factory=dict)
    spent: frozenset[str] = frozenset()

    def entry(self, key: EntryKey) -> RecordedEntry | None:
        """What the record says of a declaration."""
        return self.record.entries.get(key) if self.record else None

    def contact(self, key: EntryKey) -> str | None:
        """The id of the contact that a declaration was about: as of the record, else as of a later write."""
        entry = self.entry(key)
        if entry is not None and entry.contact is not None:
            return entry.contact
        if key.reference is not None:
            return self.names.get(EntryKey(reference=key.reference))
        return self.names.get(EntryKey(email=key.email)) if key.email else None

    def contact_of(self, declaration: Declaration) -> str | None:
        """The same for a declaration; its key is only made where a run has left anything."""
        return self.contact(declaration.key) if self.record or self.names else None


NOTHING_REMEMBERED = Remembered()
"""No run has left anything."""
