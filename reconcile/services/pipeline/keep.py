"""Puts what this run has written where the forge keeps it: its journals and no other's, and the record.

It is called whatever became of the writing step: that it failed, was killed or was never reached.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from shutil import rmtree

from reconcile.errors import ReconcileError, Refusal, UsageError
from reconcile.journal.fetched import FetchedRuns, read_fetched
from reconcile.journal.history import RunHistory, run_history
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.lines import RecordLine
from reconcile.journal.record import NotedRecord, entries_file
from reconcile.pipeline.retention import artifact_name, record_is_due
from reconcile.pipeline.signatures import JOURNAL_NAME, MANIFEST, JobIdentity, SignedKind, manifest_of, sign
from reconcile.services.project import Project
from reconcile.text import escape_unprintable, listed

from .bundles import JournalKeys
from .journals import refuse_foreign_state


def _told(line: RecordLine) -> RecordLine:
    """What a record says, whenever it was noted."""
    return replace(line, at="", machine="", server="", file="")


def _began_after(kept: datetime | None, run: JournaledRun) -> bool:
    """Whether a run is no part of the record that was kept then, but has to be fetched of its own."""
    return kept is None or run.machine_time is None or run.machine_time > kept


_KINDS = (SignedKind.JOURNAL, SignedKind.IDLE, SignedKind.RECORD)


@dataclass(frozen=True)
class JournalKeeping:
    """One call of `ci keep`: a folder for each bundle in ``out``, named like the artifact that it becomes."""

    project: Project
    job: JobIdentity
    keys: JournalKeys
    out: Path
    kept: dict[SignedKind, bool] = field(default_factory=lambda: dict.fromkeys(_KINDS, False))
    """Which bundles there are."""

    def run(self) -> None:
        """Write the bundles. Refusal: what lies here may be anybody's, and is not signed.

        ReconcileError, once the journals are written: the record can't be kept.
        """
        refuse_foreign_state(self.project)
        for kind in _KINDS:
            self._clear(self._folder(kind))
        fetched = self._fetched()
        own = dict(self._own_journals(fetched))
        self._put(SignedKind.JOURNAL if own else SignedKind.IDLE, own)
        record = dict(self._record_files(fetched, own))
        if record:
            self._put(SignedKind.RECORD, record)

    def _fetched(self) -> FetchedRuns:
        """What this very job has fetched. Refusal: what lies here may be anybody's, and would be signed."""
        fetched = read_fetched(self.project.state)
        if fetched is not None and (fetched.run, fetched.attempt) == (self.job.run, self.job.attempt):
            return fetched
        found = sorted(path.name for path in self.project.journals.glob("*"))
        if found:
            raise Refusal(
                f"{self.project.journals} holds {escape_unprintable(listed(found))}, and 'reconcile ci "
                "journals' has not come to its end in this job: nothing is signed whose origin is not known; "
                "call it first, in a clean checkout"
            )
        return FetchedRuns(self.job.account, None)

    def _folder(self, kind: SignedKind) -> Path:
        return self.out / artifact_name(kind, self.job.target)

    def _clear(self, folder: Path) -> None:
        """Where a job hands on what it has kept, a later one finds it there."""
        try:
            if folder.exists():
                rmtree(folder)
        except OSError as error:
            raise UsageError(f"{folder}: can't be cleared ({error.strerror}); name another --out") from None

    def _put(self, kind: SignedKind, files: Mapping[str, bytes]) -> None:
        manifest = manifest_of(kind, self.job, self.project.now, files)
        folder = self._folder(kind)
        folder.mkdir(parents=True, mode=0o700)
        try:
            for name, content in (*files.items(), (MANIFEST, sign(manifest, self.keys.current))):
                (folder / name).write_bytes(content)
        except OSError as error:
            raise ReconcileError(
                f"{error.filename}: can't be written ({error.strerror}): what this run has done is not kept, "
                "and later runs refuse by the guard 'journals'; make room and start the job again"
            ) from None
        self.kept[kind] = True

    def _own_journals(self, fetched: FetchedRuns) -> Iterator[tuple[str, bytes]]:
        """The journals that were not fetched, or have grown since."""
        for path in sorted(self.project.journals.glob("*.jsonl")):
            content = path.read_bytes()
            if JOURNAL_NAME.fullmatch(path.name) and not fetched.has(path.name, content):
                yield path.name, content

    def _record_files(self, fetched: FetchedRuns, own: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
        """The newest record with its journal and those after it; nothing where it is kept well enough.

        What runs have written since the record lives as long as the record: nobody remembers it otherwise.
        """
        past = run_history(self.project.journals, self.job.account)
        record = past.newest_whole_record()
        if record is None:
            return
        run, line = record
        entries = entries_file(run, line)
        content = entries.read_bytes()
        names = [other.name for other in past.runs]
        following = past.runs[names.index(run.name) :]
        due = record_is_due(
            self.project.now,
            fetched.record_kept,
            own=run.path.name in own,
            changed=not fetched.has(entries.name, content) or self._tells_more(past, record, own),
            following=sum(map(partial(_began_after, fetched.record_kept), past.runs)),
        )
        if due:
            yield entries.name, content
            for other in following:
                yield other.path.name, other.path.read_bytes()

    def _tells_more(self, past: RunHistory, record: NotedRecord, own: Mapping[str, bytes]) -> bool:
        """Whether the newest record says anything that the one before this run does not, be it the commit."""
        before = [line for run, line in past.records if run.path.name not in own]
        return not before or _told(before[-1]) != _told(record[1])
