"""A team with a repository, a shop and a project on GitLab: what people do between the pipelines."""

from dataclasses import dataclass, field
from pathlib import Path

import requests

from reconcile.evance.writer import Writer
from tests.support.forge.fake_gitlab import LAB_TOKEN, PROJECT, READ_TOKEN, USER, FakeGitLab
from tests.support.forge.git_command import git
from tests.support.forge.gitlab_state import REPORTER
from tests.support.forge.team import FILE, SETTINGS, declared
from tests.support.forge.working_clone import WorkingClone
from tests.support.shop import Shop

from .event import Event
from .page import pipeline_text
from .runner import GitLabRunner, Pipeline, ProjectVariable

GRACE, TOM = "grace.odell@example.com", "tom.wherry@example.com"

JOURNAL_KEY = "k" * 64


@dataclass(frozen=True)
class Credentials:
    """A private app of the shop."""

    client_id: str
    private_key: str = field(repr=False)

    def variables(self, environment: str, *, protected: bool) -> list[ProjectVariable]:
        pairs = {"EVANCE_CLIENT_ID": self.client_id, "EVANCE_PRIVATE_KEY": self.private_key}
        return [ProjectVariable(name, value, environment, protected) for name, value in pairs.items()]


def credentials(shop: Shop, scopes: str) -> Credentials:
    """Let the shop make an app with these scopes."""
    url = f"{shop.access.url}/_sandbox/clients"
    told = requests.post(url, json={"scopes": scopes}, timeout=10).json()
    return Credentials(told["client_id"], told["private_key"])


@dataclass
class GitLabTeam(WorkingClone):
    """The bare repository, a clone to work in, the shop, and the runner with the project's variables."""

    folder: Path
    shop: Shop
    fake_gitlab: FakeGitLab
    runner: GitLabRunner = field(init=False)
    number: int = 6

    def __post_init__(self) -> None:
        WorkingClone.__init__(self, self.folder)
        self.write_all(
            {
                ".gitignore": ".reconcile/\n",
                ".gitlab-ci.yml": pipeline_text(),
                "reconcile.yaml": SETTINGS.format(url=self.shop.access.url),
                FILE: declared(),
            }
        )
        self.commit("Begin", "main")
        self.tag_outside(GRACE)
        self.tag_outside(TOM)
        self.fake_gitlab.bare, self.fake_gitlab.roles[USER] = self.bare, REPORTER
        self.runner = GitLabRunner(self.bare, self.fake_gitlab, self.folder / "machines", self._variables())

    def _variables(self) -> list[ProjectVariable]:
        reading = credentials(self.shop, "contacts.readonly roles.readonly")
        writing = credentials(self.shop, "contacts roles.readonly")
        return [
            *reading.variables("reconcile-plan-shop", protected=False),
            *reading.variables("reconcile-preview-shop", protected=True),
            *writing.variables("reconcile-apply-shop", protected=True),
            *writing.variables("reconcile-clock-shop", protected=True),
            ProjectVariable("RECONCILE_JOURNAL_KEY", JOURNAL_KEY, protected=True),
            ProjectVariable("RECONCILE_GITLAB_NOTE_TOKEN", LAB_TOKEN),
            ProjectVariable("RECONCILE_GITLAB_READ_TOKEN", READ_TOKEN),
            ProjectVariable("RECONCILE_ENABLED", "true"),
        ]

    def write_all(self, files: dict[str, str]) -> None:
        """Write files of the clone."""
        for name, text in files.items():
            self.write(name, text)

    def propose(self, files: dict[str, str], branch: str = "change") -> int:
        """A branch off main with these files, and a merge request for it; its number."""
        head = self._branch(files, branch)
        self.number += 1
        self.fake_gitlab.opened(self.number, head, branch=branch)
        return self.number

    def push(self, number: int, files: dict[str, str]) -> None:
        """Another commit for a merge request, on main's tip."""
        self.fake_gitlab.pushed(number, self._branch(files, self._row(number)["source_branch"]))

    def _branch(self, files: dict[str, str], branch: str) -> str:
        git("checkout", "--quiet", "-B", branch, self.tip, at=self.clone)
        self.write_all(files)
        return self.commit("Change", branch)

    def _row(self, number: int) -> dict[str, str]:
        return self.fake_gitlab.request(number)

    def plan(self, number: int, source_project: str = PROJECT, by: str = "ann") -> Pipeline:
        """What GitLab runs when a merge request is opened or pushed to."""
        row = self._row(number)
        branch, target = row["source_branch"], row["target_branch"]
        event = Event("merge_request_event", branch, number, target, source_project, by=by)
        return self._started(row["sha"], event)

    def merge(self, number: int) -> str:
        """Merge it; the commit that this makes."""
        head = self._row(number)["sha"]
        git("checkout", "--quiet", "--detach", self.tip, at=self.clone)
        git("merge", "--quiet", "--no-ff", "-m", f"Merge {number}", head, at=self.clone)
        git("push", "--quiet", "origin", "HEAD:refs/heads/main", at=self.clone)
        self.fake_gitlab.merged(number, head, self.tip)
        return self.tip

    def main(self, source: str = "push", schedule: str = "") -> Pipeline:
        """What GitLab runs on main's tip: after a push, by hand (``web``), or on schedule."""
        return self._started(self.tip, Event(source, "main", schedule=schedule))

    def _started(self, commit: str, event: Event) -> Pipeline:
        self.fake_gitlab.wait(minutes=1)
        pipeline = self.runner.start(commit, event)
        assert pipeline is not None
        return pipeline

    def approve(self, number: int, by: str = "ben") -> None:
        """Somebody approves what the merge request would do."""
        self.fake_gitlab.wait(minutes=1)
        self.fake_gitlab.approved(number, by)

    def tag_outside(self, email: str, *tags: str) -> None:
        """Somebody changes the tags of a contact in the shop's admin."""
        with Writer(self.shop.connection) as account:
            account.update(self.shop.id(email), {"contact": {"tags": {"contact": list(tags)}}})

    def notes(self, number: int) -> list[str]:
        """The notes of a merge request that people or tokens wrote."""
        return [row["body"] for row in self.fake_gitlab.notes.get(number, []) if not row["system"]]
