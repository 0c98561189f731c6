"""A team with a repository, a shop and a forge: what people do between the runs of the workflows."""

from dataclasses import dataclass, field
from pathlib import Path

import requests

from reconcile.evance.writer import Writer
from reconcile.sandbox import show
from tests.support.forge.fake_github import REPOSITORY, FakeGitHub
from tests.support.forge.git_command import git
from tests.support.forge.workflow_runner import StepResult, WorkflowRunner, tool_into
from tests.support.shop import Shop

SETTINGS = """\
version: 1
timezone: Europe/London
target: shop
targets:
  shop: {{kind: sandbox, url: "{url}", rate: 1000}}
ignore: {{roles: [staff-*], tags: ["auto:*"]}}
protect: {{roles: [administrator], contacts: [owner@example.com]}}
"""

FILE = "contacts/team.yaml"


def declared(*tags: str, email: str = "grace.odell@example.com") -> str:
    """A contact with its role and these tags."""
    return f"contacts:\n  - email: {email}\n    roles: [customer]\n    tags: [{', '.join(tags)}]\n"


@dataclass(frozen=True)
class TeamPullRequest:
    """A pull request: its number, its head, the base it was opened on, and what merging would make."""

    number: int
    head: str
    base: str
    merge: str
    repo: str = REPOSITORY

    @property
    def event(self) -> dict[str, object]:
        head = {"sha": self.head, "repo": {"full_name": self.repo}}
        return {"pull_request": {"number": self.number, "head": head, "base": {"sha": self.base}}}


@dataclass
class Team:
    """The bare repository, a clone to work in, the shop and the runner."""

    folder: Path
    shop: Shop
    fake_github: FakeGitHub
    runner: WorkflowRunner = field(init=False)
    number: int = 6

    def __post_init__(self) -> None:
        self.bare, self.clone = self.folder / "bare.git", self.folder / "clone"
        git("init", "--quiet", "--bare", str(self.bare), at=self.folder)
        git("clone", "--quiet", str(self.bare), str(self.clone), at=self.folder)
        git("checkout", "--quiet", "-b", "main", at=self.clone)
        tool_into(self.clone)
        (self.clone / ".gitignore").write_text(".reconcile/\n")
        self.write("reconcile.yaml", SETTINGS.format(url=self.shop.access.url))
        self.write(FILE, declared())
        self.commit("Begin", "main")
        self.tag_outside("grace.odell@example.com")
        self.tag_outside("tom.wherry@example.com")
        reader = self._credentials("contacts.readonly roles.readonly")
        writer = self._credentials("contacts roles")
        secrets = {"reconcile-plan": reader, "reconcile-apply": writer, "reconcile-clock": writer}
        machines = self.folder / "machines"
        machines.mkdir()
        self.runner = WorkflowRunner(self.bare, self.fake_github, machines, "2026-11-23T09:00:00Z", secrets)

    def _credentials(self, scopes: str) -> dict[str, str]:
        url = f"{self.shop.access.url}/_sandbox/clients"
        told = requests.post(url, json={"scopes": scopes}, timeout=10).json()
        return {"EVANCE_CLIENT_ID": told["client_id"], "EVANCE_PRIVATE_KEY": told["private_key"]}

    def write(self, path: str, text: str) -> None:
        """Write a file of the clone."""
        (self.clone / path).parent.mkdir(parents=True, exist_ok=True)
        (self.clone / path).write_text(text, encoding="utf-8")

    def commit(self, message: str, branch: str) -> str:
        """Commit everything and push it."""
        git("add", "--all", at=self.clone)
        git("commit", "--quiet", "--allow-empty", "-m", message, at=self.clone)
        git("push", "--quiet", "--force", "origin", f"HEAD:{branch}", at=self.clone)
        return git("rev-parse", "HEAD", at=self.clone)

    def propose(self, files: dict[str, str], *, number: int | None = None) -> TeamPullRequest:
        """A branch off main with these files, and a pull request for it (or the same one, rebased)."""
        if number is None:
            self.number += 1
        git("checkout", "--quiet", "-B", "change", "origin/main", at=self.clone)
        for path, text in files.items():
            self.write(path, text)
        head = self.commit("Change", "change")
        base = git("rev-parse", "origin/main", at=self.clone)
        git("checkout", "--quiet", "--detach", "origin/main", at=self.clone)
        git("merge", "--quiet", "--no-ff", "-m", "Merge", head, at=self.clone)
        git(
            "push",
            "--quiet",
            "--force",
            "origin",
            f"HEAD:refs/pull/{number or self.number}/merge",
            at=self.clone,
        )
        return TeamPullRequest(number or self.number, head, base, git("rev-parse", "HEAD", at=self.clone))

    def plan(self, pull: TeamPullRequest) -> StepResult:
        """What GitHub runs when a pull request is opened or pushed to."""
        ref = f"{pull.number}/merge"
        return self.runner.run(
            "plan.yml", event=pull.event, sha=pull.merge, ref=ref, head=pull.head, trigger="pull_request"
        )

    def merge(self, pull: TeamPullRequest) -> str:
        """Merge it; the commit that this makes."""
        git("checkout", "--quiet", "--detach", "origin/main", at=self.clone)
        git("merge", "--quiet", "--no-ff", "-m", f"Merge {pull.number}", pull.head, at=self.clone)
        git("push", "--quiet", "origin", "HEAD:main", at=self.clone)
        commit = git("rev-parse", "HEAD", at=self.clone)
        self.fake_github.merged(pull.number, pull.head, commit, repo=pull.repo)
        return commit

    def apply(self, commit: str) -> StepResult:
        """What GitHub runs after a push to main."""
        return self.runner.run(
            "apply.yml", event={}, sha=commit, ref="main", head_branch="main", trigger="push"
        )

    def drift(self) -> StepResult:
        """What GitHub runs on schedule."""
        commit = git("rev-parse", "origin/main", at=self.clone)
        return self.runner.run(
            "drift.yml", event={}, sha=commit, ref="main", head_branch="main", trigger="schedule"
        )

    def tag_outside(self, email: str, *tags: str) -> None:
        """Somebody changes the tags of a contact in the shop's admin."""
        with Writer(self.shop.connection) as account:
            account.update(self.shop.id(email), {"contact": {"tags": {"contact": list(tags)}}})

    def users(self) -> list[str]:
        """The addresses of the shop's users."""
        return sorted(row["email"] for row in show(self.shop.path, "contacts") if row["isUser"])

    def comments(self, number: int) -> list[str]:
        """The comments of a pull request."""
        return [row["body"] for row in self.fake_github.comments.get(number, [])]
