"""A year of runs: the record is there, the guards' hours are complete, and no job grows with the year."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from shutil import rmtree

import pytest

from reconcile.apply.recording import note_record
from reconcile.cli.console import Terminal
from reconcile.clock import utc_text
from reconcile.documents.codec import encode_itself
from reconcile.forge.evidence import NOTHING_KNOWN, KnownAttempts
from reconcile.journal.hash_chain import HashChain
from reconcile.journal.history import RunHistory, run_history
from reconcile.journal.lineage import unfollowed_runs
from reconcile.journal.lines import BeginLine
from reconcile.journal.writer import Journal, NotedTimes
from reconcile.model.baseline import EntryKey
from reconcile.model.ci.pull_request import ForgeArtifact, ForgeRun, WritingAttempt
from reconcile.model.record import CheckedOutCommit, Record, RecordedEntry
from reconcile.model.result import Report
from reconcile.pipeline.signatures import JobIdentity
from reconcile.services.caller import ProjectChoice
from reconcile.services.pipeline.bundles import JournalKeys, KeptBundles
from reconcile.services.pipeline.journals import JournalFetch
from reconcile.services.pipeline.keep import JournalKeeping
from reconcile.services.project import Project, open_project
from tests.support.forge.fake_github import zipped
from tests.support.repository import Repository

ACCOUNT, BEGIN = "example.evance.me", datetime(2026, 1, 1, tzinfo=UTC)

SETTINGS = """\
version: 1
target: shop
targets: {shop: {kind: evance, account: example.evance.me}}
"""

DAYS = {"journal": 30, "idle": 30, "record": 90}
"""How long the forge keeps each kind; journals for the shortest time that anybody should choose."""

MOST_ARCHIVES, LARGEST_FOLDER = 70, 400_000
"""What one job may download, and its folder may hold in bytes, in the worst hour of the year."""


@dataclass
class KeepingForge:
    """What a forge keeps until it expires, as far as journals ask. ``asked`` counts archives."""

    now: datetime = BEGIN
    kinds: dict[str, list[tuple[ForgeArtifact, bytes]]] = field(default_factory=dict)
    attempts: list[WritingAttempt] = field(default_factory=list)
    asked: int = 0

    def leave(self, name: str, run: ForgeRun, files: dict[str, bytes]) -> None:
        known = self.kinds.setdefault(name.rpartition("-")[0], [])
        number = sum(map(len, self.kinds.values()))
        known.append((ForgeArtifact(number, name, run, self.now), zipped(files)))

    def kept(self, name: str, _branch: str, since: datetime) -> Iterator[ForgeArtifact]:
        days = DAYS[name.split("-")[1]]
        for artifact, _ in reversed(self.kinds.get(name, [])):
            if artifact.created < max(since, self.now - timedelta(days=days)):
                return
            yield artifact

    def writing_attempts(
        self, _target: str, _branch: str, since: datetime, known: KnownAttempts = NOTHING_KNOWN
    ) -> Iterator[WritingAttempt]:
        for attempt in reversed(self.attempts):
            if attempt.at < since:
                return
            if (attempt.run, attempt.attempt) not in known:
                yield attempt

    def download(self, wanted: ForgeArtifact) -> bytes:
        self.asked += 1
        artifacts = self.kinds[wanted.name.rpartition("-")[0]]
        return next(archive for artifact, archive in artifacts if artifact is wanted)


@dataclass
class PipelineYear:
    """What has truly happened, and a machine for each job.

    ``missing`` are the attempts that kept no journal. ``record_lost``: the newest record was not kept.
    """

    root: Path
    forge: KeepingForge = field(default_factory=KeepingForge)
    keys: JournalKeys = field(default_factory=lambda: JournalKeys(b"1" * 32))
    begun: dict[str, datetime] = field(default_factory=dict)
    missing: list[datetime] = field(default_factory=list)
    commit: str | None = None
    record_lost: bool = False
    contacts: int = 3
    worst: int = 0

    @property
    def now(self) -> datetime:
        return self.forge.now

    @property
    def state(self) -> Path:
        return self.root / ".reconcile"

    def project(self) -> Project:
        choice = ProjectChoice(self.root / "reconcile.yaml", None, None, self.now, lambda: self.now)
        return open_project(choice, CONSOLE)

    def job(self) -> JobIdentity:
        number = len(self.forge.attempts) + 1
        return JobIdentity("shop", ACCOUNT, "example/shop", "main", "c" * 40, run=number, attempt=1)

    def fetch(self, job: JobIdentity) -> RunHistory:
        """A new machine fetches; all that is promised holds."""
        rmtree(self.state, ignore_errors=True)
        self.forge.asked = 0
        bundles = KeptBundles(self.forge, job, self.keys.verifying, NOTES.append)  # type: ignore[arg-type]
        JournalFetch(self.project(), bundles, CONSOLE).run()
        past = run_history(self.state / "runs", ACCOUNT)
        horizon = self.now - timedelta(hours=24)
        recent = {name for name, begun in self.begun.items() if begun > horizon}
        assert recent <= {run.name for run in past.runs}
        lost = [at for at in self.missing if at > horizon]
        assert len(past.missing_journals(self.now, 24, recent=True)) == len(lost) + self.record_lost
        record = past.read_remembered().record
        assert (record.commit.name if record and record.commit else None) == self.commit
        self.worst = max(self.worst, self.forge.asked)
        assert self.forge.asked <= MOST_ARCHIVES
        assert sum(path.stat().st_size for path in self.state.rglob("*") if path.is_file()) <= LARGEST_FOLDER
        return past

    def work(
        self,
        *,
        merged: bool = False,
        complete: bool = True,
        writes: bool = True,
        lost: tuple[str, ...] = (),
        killed: bool = False,
    ) -> None:
        """A job from its fetch to its uploads; ``lost`` are those that fail, ``killed``: it keeps nothing."""
        job = self.job()
        past = self.fetch(job)
        began = self.now
        if writes:
            commit = f"{job.run:040}" if merged else self.commit
            name = self._apply(past, job, commit if complete else None)
            if killed or "journal" in lost:
                self.missing.append(began)
            else:
                self.begun[name] = began
            if complete and not (killed or lost):
                self.commit = commit
            self.record_lost = merged and "record" in lost
        self.forge.now += timedelta(minutes=2)
        if not killed:
            self._keep(job, lost)
        self.forge.attempts.append(WritingAttempt(job.run, 1, began, self.now))

    def _apply(self, past: RunHistory, job: JobIdentity, commit: str | None) -> str:
        name = f"{self.now:%Y%m%dT%H%M%SZ}-{job.run:06x}"
        path, at = self.state / "runs" / f"{name}.jsonl", utc_text(self.now)
        told = BeginLine(
            account=ACCOUNT,
            target="shop",
            tool_version="0",
            changes=0,
            config="c",
            at=at,
            machine=at,
            follows=unfollowed_runs(path),
        )
        chain = HashChain(path)
        chain.append("begin", encode_itself(told))
        chain.close()
        journal = Journal(path)
        if commit is not None:
            keys = (EntryKey(email=f"contact{number}@example.com") for number in range(self.contacts))
            entries = {key: RecordedEntry("r" * 64, "13", self.now) for key in keys}
            record = Record(name, self.now, CheckedOutCommit(commit), "d", "c", entries)
            last = past.read_remembered().record
            names = [run.name for run, _ in past.records]
            readable = past.records[: names.index(last.run) + 1] if last else ()
            note_record(journal, record, NotedTimes(self.now, self.now), readable)
        journal.end(Report(()))
        journal.close()
        return name

    def _keep(self, job: JobIdentity, lost: tuple[str, ...]) -> None:
        keeping = JournalKeeping(self.project(), job, self.keys, self.root / "kept")
        keeping.run()
        run = ForgeRun(
            job.run, 1, "drift.yml", "schedule", "main", "c" * 40, True, True, self.now, True, True
        )
        for kind, there in keeping.kept.items():
            if there and kind.value not in lost:
                folder = self.root / "kept" / f"reconcile-{kind}-shop"
                files = {path.name: path.read_bytes() for path in folder.iterdir()}
                self.forge.leave(f"{folder.name}-1", run, files)

    def hours(self, hours: int, *, every: int = 1) -> Iterator[int]:
        """Each so many hours; whoever asks works then."""
        begun = self.now
        for hour in range(0, hours, every):
            self.forge.now = begun + timedelta(hours=hour)
            yield hour
        self.forge.now = begun + timedelta(hours=hours)


CONSOLE = Terminal(quiet=True, verbose=False, bars=False)

NOTES: list[str] = []

YES = (True, True)


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineYear:
    """A new repository, on the first of January. No machine loses its power, so no disk is waited for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    NOTES.clear()
    (tmp_path / "reconcile.yaml").write_text(SETTINGS)
    Repository.at(tmp_path)
    return PipelineYear(tmp_path)


@pytest.mark.long
def test_a_year(year: PipelineYear) -> None:
    """Hours, merges, quiet months, a killed run, failed uploads, a new key, runs that never end well."""
    random = Random(14)
    year.work(merged=True)
    for _ in year.hours(24 * 4):  # every hour, with merges
        merged = random.random() < 0.1
        year.contacts += merged and random.random() < 0.5
        year.work(merged=merged)
    _quarter(year, random, 30)
    for _ in year.hours(24 * 45, every=24):  # the configuration was merged: nothing is due, nothing noted
        year.work(writes=False)
    year.work(merged=True)
    for hour in year.hours(24 * 2):  # what can go wrong with what is kept
        lost: tuple[str, ...] = {5: ("journal",), 40: ("journal", "record")}.get(hour, ())
        year.work(lost=lost, killed=hour == 20)
    year.contacts += 1
    year.work(merged=True, lost=("record",))
    for _ in year.hours(30):
        year.work()
    _quarter(year, random, 40)
    year.keys = JournalKeys(b"2" * 32, year.keys.current)
    for _ in year.hours(30):  # a new key
        year.work()
    year.keys = JournalKeys(year.keys.current)
    for _ in year.hours(60):  # somebody is not as declared: no run is complete
        year.work(complete=False)
    year.work(merged=True)
    year.forge.now += timedelta(days=60)  # nobody works, and the forge has stopped the schedule
    _quarter(year, random, 100)
    assert not NOTES
    year.forge.now += timedelta(days=91)  # and then everything has expired
    year.commit = None
    fetched = year.fetch(year.job())
    assert not fetched.runs
    year.work(merged=True)
    year.work()


def _quarter(year: PipelineYear, random: Random, days: int) -> None:
    """Quiet days with a merge now and then."""
    for _ in year.hours(24 * days, every=24):
        merged = random.random() < 0.05
        year.contacts += merged
        year.work(merged=merged)
