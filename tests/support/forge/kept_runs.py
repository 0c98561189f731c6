"""Jobs of a pipeline that write, each on a machine of its own: what they fetch, do and keep at GitHub."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import REPOSITORY, TOKEN, FakeGitHub
from tests.support.forge.history import WrittenHistory
from tests.support.project import Project
from tests.support.repository import under_git

KEY, OTHER_KEY = "k" * 40, "o" * 40

HOURLY, MERGE = "drift.yml", "apply.yml"

WRITING_STEP = {HOURLY: "Apply what is due", MERGE: "Apply"}

KINDS = ("journal", "idle", "record")


@dataclass
class KeptRuns:
    """A repository's jobs for the target ``local``. Each begins with an empty ``.reconcile``."""

    project: Project
    fake_github: FakeGitHub
    commit: str
    key: str = KEY
    before: str = ""
    lost: frozenset[str] = frozenset()
    """The kinds of artifact whose upload fails."""

    last: dict[str, CommandResult] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project, fake_github: FakeGitHub) -> "KeptRuns":
        under_git(project)
        assert isinstance(fake_github.history, WrittenHistory)
        return cls(project, fake_github, fake_github.history.commit("main"))

    @property
    def state(self) -> Path:
        return self.project.root / ".reconcile"

    @property
    def now(self) -> str:
        return self.fake_github.time

    def fetched(self) -> Any:
        return json.loads((self.state / "fetched.json").read_bytes())

    def environment(self, run: int) -> dict[str, str]:
        return {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_API_URL": self.fake_github.api.url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_SHA": self.commit,
            "GITHUB_REF_NAME": "main",
            "GITHUB_RUN_ID": str(run),
            "GITHUB_RUN_ATTEMPT": str(self.fake_github.run(run)["run_attempt"]),
            "RECONCILE_JOURNAL_KEY": self.key,
            "RECONCILE_JOURNAL_KEY_BEFORE": self.before,
        }

    def step(self, run: int, *arguments: str) -> CommandResult:
        """A step of a job: a command with the job's environment, as of the forge's time."""
        told = self.environment(run)
        return self.project.run(*arguments, "--as-of", self.now, environment=told)

    def fetch(self, *arguments: str, run: int | None = None) -> CommandResult:
        """``ci journals`` in a job of a new run, on a new machine."""
        shutil.rmtree(self.state, ignore_errors=True)
        return self.step(run or self.run(HOURLY), "ci", "journals", *arguments)

    def run(self, workflow: str) -> int:
        event = "schedule" if workflow == HOURLY else "push"
        return self.fake_github.ran(workflow, self.commit, event=event, head_branch="main")

    @contextmanager
    def job(self, workflow: str, run: int | None = None) -> Iterator[int]:
        """The job that writes, from its beginning to its end, with what it fetches; the run's number."""
        run = run or self.run(workflow)
        job = self.fake_github.began_job(run, "Apply (local)")
        self.last["fetch"] = self.fetch(run=run)
        yield run
        self.fake_github.step(job, WRITING_STEP[workflow])
        self.fake_github.wait(minutes=1)
        self.fake_github.ended_job(job)

    def apply(self, workflow: str = MERGE, *arguments: str, run: int | None = None) -> CommandResult:
        """A whole job: fetch, apply, keep."""
        due = ("--due",) if workflow == HOURLY else ()
        with self.job(workflow, run) as begun:
            done = self.step(begun, "apply", "--yes", *due, *arguments)
            self.keep(begun)
        return done

    def keep(self, run: int) -> dict[str, list[str]]:
        """``ci keep``, and the uploads that it asks for; the names of their files by kind."""
        out, told = self.project.root / "kept", self.project.root / "outputs"
        told.unlink(missing_ok=True)
        self.last["keep"] = self.step(run, "ci", "keep", "--out", str(out), "--outputs", str(told))
        outputs = dict(line.split("=") for line in told.read_text().splitlines())
        kept = {kind: self._uploaded(run, kind, out) for kind in KINDS if outputs[kind] == "true"}
        shutil.rmtree(out, ignore_errors=True)
        return kept

    def _uploaded(self, run: int, kind: str, out: Path) -> list[str]:
        folder = out / f"reconcile-{kind}-local"
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        if kind not in self.lost:
            attempt = self.fake_github.run(run)["run_attempt"]
            days = 90 if kind == "record" else 30
            self.fake_github.left(run, f"{folder.name}-{attempt}", files, days=days)
        return sorted(files)

    def artifacts(self, kind: str) -> list[int]:
        """The runs that have left artifacts of a kind, in order."""
        rows = self.fake_github.artifacts
        return [row["run"] for row in rows if row["name"].startswith(f"reconcile-{kind}-")]
