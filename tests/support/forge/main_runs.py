"""Runs on main in real Git, against the sandbox and the stand-in for GitHub: preview, then apply."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from reconcile.journal.lineage import read_runs
from tests.support.command_line import CommandResult
from tests.support.forge.fake_github import FakeGitHub
from tests.support.forge.github_job import GitHubJob
from tests.support.forge.history import GitHistory
from tests.support.forge.timed_commands import is_timed
from tests.support.project import AS_OF, Project
from tests.support.pull_requests import MergedProject, merged_project
from tests.support.shop import Shop

KEY = "k" * 32

READING, WRITING = "contacts.readonly roles.readonly", "contacts roles"


@dataclass
class MainRuns:
    """A repository whose main is checked out in the folder of each job; what runs keep stays there."""

    merged: MergedProject
    fake_github: FakeGitHub
    folder: Path
    run: int = 5
    number: int = 6
    credentials: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def out(self) -> Path:
        return self.folder / "preview"

    @property
    def job(self) -> GitHubJob:
        folder = self.folder / f"run-{self.run}"
        folder.mkdir(exist_ok=True)
        return GitHubJob(self.fake_github, folder, self.run)

    def command(
        self, *arguments: str, scopes: str, commit: str | None = None, as_of: str = AS_OF, **job: Any
    ) -> CommandResult:
        """A command of a job on main, with a credential of these scopes."""
        environment = self.job.of_main(commit or self.merged.tip, **job)
        project = Project(
            self.merged.repository.root,
            {**self._credential(scopes), **environment, "RECONCILE_JOURNAL_KEY": KEY},
        )
        timed = ["--as-of", as_of] if is_timed(["ci", *arguments]) else []
        return project.run("ci", *arguments, *timed)

    def _credential(self, scopes: str) -> dict[str, str]:
        if scopes not in self.credentials:
            url = f"{self.merged.shop.access.url}/_sandbox/clients"
            told = requests.post(url, json={"scopes": scopes}, timeout=10).json()
            self.credentials[scopes] = {
                "EVANCE_CLIENT_ID": told["client_id"],
                "EVANCE_PRIVATE_KEY": told["private_key"],
            }
        return self.credentials[scopes]

    def preview(self, *arguments: str, **job: Any) -> CommandResult:
        """What was merged; with ``--whole`` in a run that somebody has started by hand."""
        if arguments:
            job.setdefault("event", "workflow_dispatch")
        return self.command("preview", "--out", str(self.out), *arguments, scopes=READING, **job)

    def apply(self, *, scopes: str = WRITING, **job: Any) -> CommandResult:
        return self.command("apply", str(self.out), scopes=scopes, **job)

    def first_run(self) -> None:
        """The run by hand, after which there is a record."""
        done = self.preview("--whole")
        assert done.code == 0, done.said
        done = self.apply()
        assert done.code == 0, done.said
        self.run += 1

    def pull_request(self, files: dict[str, str], *, review: bool = True) -> tuple[int, str]:
        """A pull request whose plan is kept, and approved; its number and its head."""
        self.number += 1
        head = self.merged.propose(files, f"change-{self.number}")
        self.fake_github.proposed(self.number, head, branch=f"change-{self.number}")
        self.plan(self.number, head)
        if review:
            self.fake_github.wait(minutes=1)
            self.fake_github.reviewed(self.number, "ann")
        return self.number, head

    def plan(self, number: int, head: str) -> CommandResult:
        """The plan of a pull request, kept by a run."""
        base, out = self.merged.check_out(head), self.folder / "plan"
        self.fake_github.wait(minutes=1)
        run = self.fake_github.ran("plan.yml", head, head_branch=f"change-{number}")
        environment = GitHubJob(self.fake_github, self.folder, run).of_pull_request(number, head)
        project = self.merged.project(**environment)
        places = ("--config", "base/reconcile.yaml", "--declarations", "head", "--base", base)
        done = project.run("ci", "plan", *places, "--out", str(out), "--as-of", AS_OF)
        if (out / "plan.json").exists():
            files = {"plan.json": (out / "plan.json").read_bytes()}
            self.fake_github.left(run, "reconcile-plan-local-1", files)
        return done

    def merge(self, number: int, head: str) -> str:
        """Merge it; the commit that this makes, which the next run is for."""
        commit = self.merged.merge(head)
        self.fake_github.wait(minutes=1)
        self.fake_github.merged(number, head, commit)
        self.run += 1
        return commit

    @property
    def report(self) -> dict[str, Any]:
        return dict(json.loads((self.out / "report.json").read_text()))

    def recorded(self) -> list[str]:
        """The commits of the records, oldest first."""
        runs = read_runs(self.merged.repository.root / ".reconcile" / "runs")
        return [line.content["commit"] for run in runs for line in run.lines if line.kind == "record"]


def main_runs(shop: Shop, fake_github: FakeGitHub, folder: Path) -> MainRuns:
    """Runs on a main whose team is declared as it is."""
    merged = merged_project(shop, folder / "work")
    fake_github.history = GitHistory(merged.repository.root)
    return MainRuns(merged, fake_github, folder)
