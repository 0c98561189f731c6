"""Fetches what earlier runs have kept: the newest record, and the journals that guards and drift go by.

Nothing that is there already is believed, and nothing that a checkout may bring.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from shutil import rmtree

from reconcile.errors import ReconcileError, Refusal
from reconcile.forge.environment import CiEnvironment
from reconcile.journal.durable_files import STATE_FOLDER, add_file, make_own_folder
from reconcile.journal.fetched import (
    FETCHED_FILE,
    FetchedRuns,
    UnkeptAttempt,
    fetched_file,
    write_fetched,
)
from reconcile.journal.history import run_history
from reconcile.journal.record import records_folder
from reconcile.model.guards import LOSING_HOURS
from reconcile.pipeline.retention import AttemptKey, longer_of, window_start, without_a_trace
from reconcile.pipeline.signatures import JOURNAL_NAME
from reconcile.services.caller import Console
from reconcile.services.git import tracked_files
from reconcile.services.project import Project
from reconcile.text import count, escape_unprintable, listed

from .bundles import KEY, KEY_BEFORE, JournalKeys, KeptBundles, job_identity

_FIRST_RUN = (
    "Nothing is kept of earlier runs: this is a new repository, or no run was complete in the last 90 days. "
    "The first run is the one by hand, of the whole account."
)

_NO_RECORD = "there is no record, without which nothing is due and only the run by hand applies anything"

_REPLACED = (
    f"If {KEY} was replaced, set {KEY_BEFORE} to the former key until a run has kept a new record, and "
    "for the hours of the guard 'losing-access', which needs those journals"
)


def refuse_foreign_state(project: Project) -> None:
    """Refusal where a checkout may have brought journals or records: they would be taken for earlier runs."""
    for path in (project.state, project.journals, records_folder(project.journals)):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise Refusal(
                f"{path} is no folder of its own, but a link or a file: somebody could choose there what is "
                "taken for earlier runs; remove it from the repository"
            )
    folder = project.state.parent
    tracked = tracked_files(folder, STATE_FOLDER)
    if tracked is None:
        raise Refusal(
            f"Git does not tell what it tracks in {folder}, so {STATE_FOLDER} there could be anybody's: "
            "check out with Git, as the user that this job runs as ('git status' there says what is wrong)"
        )
    if tracked:
        files = listed([escape_unprintable(path) for path in tracked])
        tracked_folder = escape_unprintable(tracked[0].partition("/")[0])
        raise Refusal(
            f"Git tracks {files}: what is under Git would be taken "
            f"for earlier runs; 'git rm -r --cached {tracked_folder}', and keep it in .gitignore"
        )


@dataclass(frozen=True)
class JournalFetch:
    """One call of `ci journals`. ``hints``: only the newest record is fetched; no signature is checked."""

    project: Project
    bundles: KeptBundles
    console: Console
    hints: bool = False
    files: dict[str, bytes] = field(default_factory=dict)

    def run(self) -> FetchedRuns:
        """Fetch, write, and leave word of what was fetched."""
        window = self._record()
        if not self.hints:
            window = self._journals(window)
        self._refuse_others()
        state = self.project.state
        for folder in (state, self.project.journals, records_folder(self.project.journals)):
            make_own_folder(folder)
        for name, content in self.files.items():
            add_file(self._path(name), content)
        described = (fetched_file(name, content) for name, content in sorted(self.files.items()))
        fetched = replace(window, files=tuple(described))
        write_fetched(state, fetched)
        return fetched

    def _record(self) -> FetchedRuns:
        records = self.bundles.newest_records(self.project.now)
        for bundle in records:
            self._add(bundle.files)
        kept = max((bundle.manifest.created for bundle in records), default=None)
        job = self.bundles.job
        return FetchedRuns(job.account, None, job.run, job.attempt, verified=not self.hints, record_kept=kept)

    def _journals(self, window: FetchedRuns) -> FetchedRuns:
        hours = self.project.settings.policy.guards.of(LOSING_HOURS)
        since = window_start(self.project.now, hours, window.record_kept)
        kept: set[AttemptKey] = set()
        ignored: set[AttemptKey] = set()
        for attempt, bundle in self.bundles.journals(since):
            if bundle is not None:
                self._add(bundle.files)
                kept.add(bundle.key)
            else:
                ignored.add(attempt)
        kept |= set(self.bundles.idle(since)) - ignored
        counted = window_start(self.project.now, hours, None)
        return replace(window, since=since, unkept=tuple(self._unkept(counted, kept)))

    def _unkept(self, since: datetime, kept: Iterable[AttemptKey]) -> Iterator[UnkeptAttempt]:
        job = self.bundles.job
        attempts = self.bundles.evidence.writing_attempts(job.target, job.branch, since, frozenset(kept))
        for attempt, ended in without_a_trace(attempts, set(kept), (job.run, job.attempt)):
            yield UnkeptAttempt(attempt.run, attempt.attempt, attempt.at, ended)

    def _add(self, files: Mapping[str, bytes]) -> None:
        """What several runs have kept of one journal is the same up to the end of the shorter one."""
        for name, content in files.items():
            known = self.files.get(name)
            if known is not None and not (known.startswith(content) or content.startswith(known)):
                self.console.note(f"Two machines have added to {name}: the longer one counts.")
            self.files[name] = longer_of(known, content)

    def _path(self, name: str) -> Path:
        journals = self.project.journals
        return (journals if JOURNAL_NAME.fullmatch(name) else records_folder(journals)) / name

    def _refuse_others(self) -> None:
        """On a machine that is used again journals may be left that nobody has signed."""
        folders = (self.project.journals, records_folder(self.project.journals))
        found = sorted(path for folder in folders if folder.exists() for path in folder.iterdir())
        others = [escape_unprintable(path.name) for path in found if not self._is_fetched(path)]
        if others:
            raise Refusal(
                f"{self.project.state} holds what no run has kept: {listed(others)}; it would "
                "be taken for earlier runs; begin with a clean checkout, or remove that folder"
            )

    def _is_fetched(self, path: Path) -> bool:
        if path.is_symlink() or not path.is_file():
            return False
        return self.files.get(path.name) == path.read_bytes()


def fetch_journals(
    project: Project,
    job: CiEnvironment,
    keys: JournalKeys | None,
    console: Console,
    branch: str | None = None,
) -> None:
    """Fetch what earlier runs on the branch have kept, and say what it is and what is missing.

    Without keys the record is fetched as a hint. Refusal: what is there already may be anybody's. ForgeError:
    the forge does not tell.
    """
    refuse_foreign_state(project)
    (project.state / FETCHED_FILE).unlink(
        missing_ok=True
    )  # whatever becomes of this, it tells of another time
    ignored: list[str] = []
    identity = job_identity(project, job, branch)
    bundles = KeptBundles(job.evidence, identity, keys.verifying if keys else (), ignored.append)
    fetched = JournalFetch(project, bundles, console, hints=keys is None).run()
    if keys is None:
        fetched = _without_odd_hints(project, fetched, ignored)
    for line in (*ignored, *_notes(fetched, replaced=any(line.endswith("another key.") for line in ignored))):
        console.note(line)


def _without_odd_hints(project: Project, fetched: FetchedRuns, ignored: list[str]) -> FetchedRuns:
    """What was fetched, unless the journal and the record are not of the form that runs write."""
    try:
        run_history(project.journals, fetched.account).read_remembered()
    except ReconcileError as error:
        ignored.append(f"Ignored: the record, as a hint: {error}.")
        for folder in (project.journals, records_folder(project.journals)):
            rmtree(folder)
        fetched = replace(fetched, record_kept=None, files=())
        write_fetched(project.state, fetched)
    return fetched


def _notes(fetched: FetchedRuns, *, replaced: bool) -> Iterator[str]:
    """What was fetched, in words, and what is missing. ``replaced``: some had another key's signature."""
    if replaced:
        yield _REPLACED
    elif not fetched.files and not fetched.unkept:
        yield _FIRST_RUN
        return
    journals = sum(bool(JOURNAL_NAME.fullmatch(file.name)) for file in fetched.files)
    since = f" since {_minute(fetched.since)}" if fetched.since else ""
    record = f"the record was kept at {_minute(fetched.record_kept)}" if fetched.record_kept else _NO_RECORD
    hint = "" if fetched.verified else "; no signature was checked, so the ids in it are hints"
    yield f"{count(journals, 'journal')} of earlier runs{since}; {record}{hint}."
    for attempt in fetched.unkept:
        yield f"Nothing was kept by {attempt}: the guard 'journals' counts it as missing."


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
