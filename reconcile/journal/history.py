"""What earlier runs tell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

from reconcile.clock import later, parse_utc_text
from reconcile.model.baseline import EntryKey
from reconcile.model.contact import email_key
from reconcile.model.facets import Facet
from reconcile.model.record import Record, Remembered, UnrecordedRun
from reconcile.model.result import SETTLED
from reconcile.plan.guards.facts import gains, matches

from .fetched import FetchedRuns, read_fetched
from .journaled_run import JournaledRun
from .lineage import MissingRun, missing_runs, read_runs, without_journal
from .lines import NOT_NOTED, BeginLine, IntentLine
from .record import BrokenRecord, NotedRecord, entries_file, read_record


@dataclass(frozen=True, slots=True)
class RunHistory:
    """The runs on this checkout that were for one account, each after those that it follows.

    ``missing`` are runs whose journals are gone. ``fetched`` is what a job of a pipeline has got; None where
    all of them should be there. A run that was retired stays in ``runs``: what it took away
    still counts. It is no measure of what is normal, and nothing else of it is remembered.
    """

    runs: tuple[JournaledRun, ...] = ()
    missing: tuple[MissingRun, ...] = ()
    fetched: FetchedRuns | None = None

    @property
    def unretired(self) -> tuple[JournaledRun, ...]:
        """The runs that were not retired."""
        return tuple(run for run in self.runs if not run.retired)

    @property
    def _begun(self) -> list[tuple[JournaledRun, BeginLine]]:
        return [(run, begun) for run in self.runs if (begun := run.begun)]

    @property
    def _begun_unretired(self) -> list[tuple[JournaledRun, BeginLine]]:
        return [(run, begun) for run, begun in self._begun if not run.retired]

    @property
    def contacts_before(self) -> int | None:
        """How many contacts the account had at the last run."""
        counts = [begun.contacts for _, begun in self._begun_unretired]
        return next((count for count in reversed(counts) if isinstance(count, int)), None)

    @property
    def records(self) -> tuple[NotedRecord, ...]:
        """The runs that left a record, and were not retired."""
        return tuple((run, line) for run in self.unretired if (line := run.record) is not None)

    def read_remembered(self) -> Remembered:
        """What the runs tell together of each declaration; BrokenRecord when the last record is damaged.

        Who a contact was before a write is a fact, even where the run that wrote it was retired, and so is
        what an override has let through.
        """
        record = self._last_record()
        names = [run.name for run in self.runs]
        newer = self.runs[names.index(record.run) + 1 :] if record else self.runs
        counting = [run for run in newer if not run.retired]
        written = (pair for run in newer for pair in _written_names(run))
        return Remembered(
            record=record,
            unrecorded=_last_whole_run(counting),
            settled=dict(pair for run in counting for pair in _settled(run)),
            names={**_recorded_names(record), **dict(written)},
            spent=frozenset(entry for run in self.runs if run.record for entry in run.record.allowances),
        )

    def _last_record(self) -> Record | None:
        """The last record; one whose file is lost is passed over once a run that names it is retired.

        Runs that changed nothing share a file: who has retired one of them knows that it is lost. In a job of
        a pipeline, where nobody could put it back, one that was not kept is passed over, too: it counts as
        missing with the journals.
        """
        given_up = {line.file for run in self.runs if run.retired and (line := run.record)}
        given_up |= {line.file for _, line in self._records_not_kept()}
        for run, line in reversed(self.records):
            try:
                return read_record(run, line)
            except BrokenRecord:
                if line.file not in given_up:
                    raise
        return None

    def _records_not_kept(self) -> list[NotedRecord]:
        """The records since the last one whose file is there, where they were fetched."""
        if self.fetched is None:
            return []
        return list(takewhile(lambda noted: not entries_file(*noted).exists(), reversed(self.records)))

    def newest_whole_record(self) -> NotedRecord | None:
        """The last record whose file is what its run wrote; None when there is none."""
        for run, line in reversed(self.records):
            try:
                read_record(run, line)
            except BrokenRecord:
                continue
            return run, line
        return None

    def _missing(self) -> Iterator[MissingRun]:
        yield from self.missing
        if self.fetched is not None and self.fetched.verified:
            yield from without_journal(self.fetched, self.missing)
            first = {line.file: run for run, line in self._records_not_kept()}
            for run in first.values():
                yield MissingRun(f"the record of run {run.name}", run.begun_at)

    def written_since(self, record: Record) -> frozenset[str]:
        """The ids of contacts that runs after that record wrote, or may have written."""
        names = [run.name for run in self.runs]
        newer = self.runs[names.index(record.run) + 1 :]
        return frozenset(contact for run in newer for contact in _written(run))

    def recent_losses(self, now: datetime, hours: int) -> frozenset[str]:
        """The ids of contacts that lost a role in the last hours."""
        return frozenset(contact for run in self._recent_runs(now, hours) for contact in _losers(run))

    def recent_handovers(self, now: datetime, hours: int) -> frozenset[str]:
        """The ids of contacts that got another mailbox in the last hours."""
        return frozenset(contact for run in self._recent_runs(now, hours) for contact in _handed_over(run))

    def recent_gains(self, now: datetime, hours: int, roles: Sequence[str]) -> frozenset[str]:
        """The ids of contacts that gained a role of these patterns in the last hours, or got it scheduled.

        A new contact whose id did not become known has the key of its change instead.
        """
        return frozenset(contact for run in self._recent_runs(now, hours) for contact in _gainers(run, roles))

    def recent_creations(self, now: datetime, hours: int) -> frozenset[str]:
        """The ids of contacts that were created in the last hours; the key where none became known."""
        return frozenset(contact for run in self._recent_runs(now, hours) for contact in _created(run))

    def _recent_runs(self, now: datetime, hours: int) -> list[JournaledRun]:
        horizon = later(now, -timedelta(hours=hours))
        return [run for run in self.runs if run.begun_at and run.begun_at > horizon]

    def missing_journals(self, now: datetime, hours: int, *, recent: bool) -> tuple[str, ...]:
        """The runs of the last hours whose journals are gone, or those before; of unknown age is recent."""
        horizon = later(now, -timedelta(hours=hours))
        ages = ((run.name, run.at is None or run.at > horizon) for run in self._missing())
        return tuple(name for name, is_recent in ages if is_recent is recent)


NO_HISTORY = RunHistory()
"""Nothing was applied from this checkout yet."""


def run_history(folder: Path, account: str) -> RunHistory:
    """The earlier runs for one account; BrokenChain when a journal is not what was written.

    A window that was fetched begins somewhere: what runs at its beginning follow is not missed.
    """
    runs, fetched = read_runs(folder), read_fetched(folder.parent)
    own = tuple(run for run in runs if run.account == account)
    missing = missing_runs(runs, account)
    if fetched is not None:
        missing = tuple(run for run in missing if fetched.expects(run.at))
    return RunHistory(own, missing, fetched)


def _last_whole_run(runs: Sequence[JournaledRun]) -> UnrecordedRun | None:
    """The last of these runs that was about all declarations."""
    whole = [(run, begun) for run in runs if (begun := run.begun) and _is_whole(run, begun)]
    if not whole:
        return None
    run, begun = whole[-1]
    return UnrecordedRun(
        run=run.name,
        at=parse_utc_text(begun.at),
        declarations=begun.declarations,
        config=begun.config,
        complete=run.complete,
        settled=run.contacts(*SETTLED),
    )


def _is_whole(run: JournaledRun, begun: BeginLine) -> bool:
    return NOT_NOTED not in (begun.declarations, begun.at) and not run.due and begun.scope is None


def _settled(run: JournaledRun) -> Iterator[tuple[str, datetime]]:
    """The contacts that a run left as it should, and when it began."""
    for contact in run.contacts(*SETTLED):
        if contact is not None and run.begun_at is not None:
            yield contact, run.begun_at


def _recorded_names(record: Record | None) -> dict[EntryKey, str]:
    """The contact that each address and each reference was declared for, where it was for one alone.

    So a declaration is still about that contact when it says less, or more, of who is meant.
    """
    contacts: dict[EntryKey, set[str]] = {}
    for key, entry in record.entries.items() if record else ():
        for name in (EntryKey(email=key.email), EntryKey(reference=key.reference)):
            if entry.contact and name != EntryKey():
                contacts.setdefault(name, set()).add(entry.contact)
    return {name: ids.pop() for name, ids in contacts.items() if len(ids) == 1}


def _written(run: JournaledRun) -> Iterator[str]:
    """The contacts that a run wrote, or may have written; the key of one whose id did not become known."""
    ids = run.contact_ids
    for key, writes in run.effective_writes.items():
        yield writes[0].contact or ids.get(key) or key


def _written_names(run: JournaledRun) -> Iterator[tuple[EntryKey, str]]:
    """By what each contact that a run wrote, or may have written, was known before, and its id."""
    created = {line.key: line.contact for line in run.outcomes}
    for key, writes in run.effective_writes.items():
        contact = writes[0].contact or created.get(key)
        if contact is not None:
            yield from ((name, contact) for name in _names_before(writes[0]))


def _names_before(write: IntentLine) -> Iterator[EntryKey]:
    """What a contact was found by; a journal of another version may miss either."""
    email, before = getattr(write, "email", None), getattr(write, "before", None)
    if isinstance(email, str) and email:
        yield EntryKey(email=email_key(email))
    reference = before.get("reference") if isinstance(before, Mapping) else None
    if isinstance(reference, str) and reference:
        yield EntryKey(reference=reference)


def _losers(run: JournaledRun) -> Iterator[str]:
    """Whoever may have lost a role: every write that was sent counts, unless it surely took no effect."""
    for line in run.losses:
        if line.contact and any(lost.facet == Facet.ROLES for lost in line.lost):
            yield line.contact
    for writes in run.effective_writes.values():
        steps = (step for write in writes for step in write.steps())
        if writes[0].contact and any(step.revokes or step.shortens for step in steps):
            yield writes[0].contact


def _handed_over(run: JournaledRun) -> Iterator[str]:
    """Whoever may have got another mailbox; a contact that the run created had none before."""
    for writes in run.effective_writes.values():
        updates = (write for write in writes if write.before is not None)
        if writes[0].contact and any(step.hands_over for write in updates for step in write.steps()):
            yield writes[0].contact


def _created(run: JournaledRun) -> Iterator[str]:
    """Whoever may have been created."""
    ids = run.contact_ids
    for key, writes in run.effective_writes.items():
        if writes[0].contact is None:
            yield ids.get(key) or key


def _gainers(run: JournaledRun, roles: Sequence[str]) -> Iterator[str]:
    """Whoever may have gained one of the roles, or will by the clock, be it by being created."""
    for gain in run.begun.scheduled if run.begun else ():
        if matches(gain.role, roles):
            yield gain.contact
    ids = run.contact_ids
    for key, writes in run.effective_writes.items():
        if any(gains(step, roles) for write in writes for step in write.steps()):
            yield writes[0].contact or ids.get(key) or key
