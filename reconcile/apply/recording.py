"""Notes at the end of a complete run what later ones remember of it: the record."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from reconcile.clock import utc_text
from reconcile.journal.durable_files import add_file
from reconcile.journal.history import RunHistory
from reconcile.journal.lines import NOT_NOTED, RecordLine
from reconcile.journal.record import (
    NotedRecord,
    PlannedEntry,
    RecordBuilder,
    content_digest,
    entries_content,
    records_folder,
    usual_instant,
)
from reconcile.journal.writer import Journal, NotedTimes
from reconcile.model.baseline import EntryKey
from reconcile.model.declaration import Declaration
from reconcile.model.guards import Verdict, guard_named
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.record import CheckedOutCommit, Record, Remembered
from reconcile.model.result import Report
from reconcile.plan.digest import declarations_digest, policy_digest
from reconcile.plan.guards.allowances import allowance_digests

MOST_KEPT = 5
"""Maximum number of records' files kept for an account: more than one, since a run may be retired."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """What a run's record is made of.

    ``plan`` is what the run carries out, and ``planned`` every declaration that it is about, of all those of
    the ``folder``. ``waiting`` are those that a run of what is due leaves as they are; None for other runs.
    """

    past: RunHistory
    remembered: Remembered
    context: PlanContext
    times: NotedTimes
    commit: CheckedOutCommit | None
    plan: Plan
    planned: Sequence[PlannedEntry]
    folder: Sequence[Declaration]
    waiting: Collection[EntryKey] | None = None

    @property
    def _config(self) -> str:
        return policy_digest(self.context.policy, self.context.account)

    @property
    def needless(self) -> bool:
        """True where no record may come of the run, however it ends.

        A revert is not about the declarations, and a scope may leave out something that differs. Without a
        record of the same configuration nothing is due, so that a run of what is due has looked at nothing.
        An account that looks wrong must not become the measure of the next run.
        """
        last = self.remembered.record
        blind = self.waiting is not None and (last is None or last.config != self._config)
        cut = self.plan.revert is not None or not self._covers_all_that_differs()
        return cut or blind or any(map(self._looks_wrong, self.plan.refused))

    def _covers_all_that_differs(self) -> bool:
        """Whether whoever may differ from the last record is in the run's scope, be it by a later write.

        The record must be that of the base, under the same configuration.
        """
        scope, last = self.plan.scope, self.remembered.record
        if scope is None:
            return True
        if scope.only or last is None or last.config != self._config:
            return False
        looked_at = {entry.contact for entry in self.planned}
        written = self.past.written_since(last)
        return last.commit == CheckedOutCommit(scope.base or "") and written <= looked_at

    def _looks_wrong(self, verdict: Verdict) -> bool:
        guard = guard_named(verdict.guard)
        lifted = self.plan.changes or self.plan.schedules  # what refuses those was lifted
        return not (guard.spares_others or guard.forgets or lifted)

    def note(self, journal: Journal, report: Report) -> None:
        """Note the record of a run that left nothing undone, those set aside excepted. OSError: no disk."""
        undone = journal.unnoted or not all(result.settled for result in report.results)
        if not (undone or self.needless):
            record = self._record(journal.run, report)
            note_record(journal, record, self.times, self._readable_records())

    def _readable_records(self) -> Sequence[NotedRecord]:
        """The records up to the last one that could be read: a lost file serves no other run."""
        records, last = self.past.records, self.remembered.record
        names = [run.name for run, _ in records]
        return records[: names.index(last.run) + 1] if last else ()

    def _record(self, run: str, report: Report) -> Record:
        builder = RecordBuilder(self.remembered, self.context.policy, self._config, self.context.now)
        last, declarations, commit = self.remembered.record, self.plan.declarations_digest, self.commit
        created = {
            result.change.declaration.key: result.created for result in report.results if result.created
        }
        allowances = allowance_digests(self.context.allowances)
        if self.plan.scope is not None:
            declared = {declaration.key for declaration in self.folder}
            entries = builder.of_scoped_run(self.planned, created, declared)
            declarations = declarations_digest(self.folder)
        elif self.waiting is None or last is None:
            entries = builder.of_whole_run(self.planned, created)
        else:
            entries = builder.of_due_run(self.planned, self.waiting, self.folder)
            # Declarations that were not carried out yet stay so: later runs compare them with that commit.
            commit = commit if declarations == last.declarations else last.commit
            declarations, allowances = last.declarations, last.allowances
        return Record(run, self.context.now, commit, declarations, self._config, entries, allowances)


def note_record(journal: Journal, record: Record, times: NotedTimes, earlier: Sequence[NotedRecord]) -> None:
    """Write the entries of a record, then the line that tells of them.

    ``earlier`` are the records of the account, the last one last: where it has the same entries, its file
    serves this one, too, and files that none of the newest records needs are removed. OSError: the disk did
    not take it, and nothing tells of it.
    """
    usual = usual_instant(record.entries)
    content = entries_content(record.entries, usual)
    digest, last = content_digest(content), earlier[-1][1] if earlier else None
    name = last.file if last and last.digest == digest else f"{journal.run}.json"
    if not last or name != last.file:
        add_file(records_folder(journal.folder) / name, content)
    journal.record(
        RecordLine(
            at=utc_text(times.now),
            machine=utc_text(times.machine),
            server=utc_text(times.server) if times.server else NOT_NOTED,
            commit=record.commit.name if record.commit else None,
            dirty=record.commit is not None and record.commit.dirty,
            declarations=record.declarations,
            config=record.config,
            entries=len(record.entries),
            file=name,
            digest=digest,
            allowances=tuple(sorted(record.allowances)),
            settled=utc_text(usual) if usual else NOT_NOTED,
        )
    )
    _remove_old_files(records_folder(journal.folder), [*(line.file for _, line in earlier), name])


def _remove_old_files(folder: Path, names: Sequence[str]) -> None:
    """Keep the files of the newest records; the names are given from the oldest to the newest."""
    newest_first = list(dict.fromkeys(reversed(names)))
    for name in newest_first[MOST_KEPT:]:
        with suppress(OSError):
            (folder / Path(name).name).unlink(missing_ok=True)
