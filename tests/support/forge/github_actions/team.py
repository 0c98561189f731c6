"""A team with a repository, its shops and a forge: what people do between the runs of the workflows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import requests

from reconcile.evance.writer import Writer
from reconcile.sandbox import show
from tests.support.forge.fake_github import REPOSITORY, FakeGitHub, Row
from tests.support.forge.git_command import git
from tests.support.forge.history import GitHistory
from tests.support.forge.team import FILE, GRACE, SETTINGS, TOM, declared
from tests.support.forge.working_clone import WorkingClone
from tests.support.shop import Shop

from .run import WorkflowRun
from .runner import Environment, WorkflowRunner
from .workflow_file import caller_text

JOURNAL_KEY = "a-key-of-the-journals-that-is-long-enough-to-be-one"

WORKFLOWS = ("plan.yml", "apply.yml", "drift.yml")


@dataclass(frozen=True)
class TeamPullRequest:
    """A pull request: its head, the base that it was opened on, and what merging would make."""

    number: int
    head: str
    base: str
    merge: str
    branch: str = "change"
    author: str = "ben"
    repo: str = REPOSITORY
    into: str = "main"

    @property
    def event(self) -> Row:
        """What GitHub tells a run."""
        return {
            "number": self.number,
            "head": {"sha": self.head, "ref": self.branch, "repo": {"full_name": self.repo}},
            "base": {"sha": self.base, "ref": self.into},
            "user": {"login": self.author},
        }


@dataclass
class Team(WorkingClone):
    """The bare repository, a clone to work in, the shops by their targets, and the runner."""

    folder: Path
    shops: Mapping[str, Shop]
    fake_github: FakeGitHub
    runner: WorkflowRunner = field(init=False)
    number: int = 6

    def __post_init__(self) -> None:
        WorkingClone.__init__(self, self.folder)
        for name in WORKFLOWS:
            self.write(f".github/workflows/{name}", caller_text(name))
        self.write(".gitignore", ".reconcile/\n")
        self.write("reconcile.yaml", self.settings())
        self.write(FILE, declared())
        self.commit("Begin", "main")
        for target in self.shops:
            self.tag_outside(GRACE, target=target)
            self.tag_outside(TOM, target=target)
        self.fake_github.history = GitHistory(self.bare)
        machines = self.folder / "machines"
        machines.mkdir()
        self.runner = WorkflowRunner(self.bare, self.fake_github, machines, dict(self._environments()))

    def settings(self) -> str:
        """The configuration: every shop as a target."""
        (target,) = (line for line in SETTINGS.splitlines(keepends=True) if line.startswith("  shop:"))
        rows = "".join(
            target.replace("shop:", f"{name}:").format(url=shop.access.url)
            for name, shop in self.shops.items()
        )
        first = f"target: {next(iter(self.shops))}\n"
        return (
            SETTINGS.replace("target: shop\n", first).replace(target, "ROWS").format().replace("ROWS", rows)
        )

    def _environments(self) -> list[tuple[str, Environment]]:
        key = {"RECONCILE_JOURNAL_KEY": JOURNAL_KEY}
        made: list[tuple[str, Environment]] = []
        for target, shop in self.shops.items():
            reader = credentials(shop, "contacts.readonly roles.readonly")
            writer = credentials(shop, "contacts roles")
            made += [
                (f"reconcile-plan-{target}", Environment(reader, only_main=False)),
                (f"reconcile-preview-{target}", Environment(reader | key)),
                (f"reconcile-approve-{target}", Environment(reviewers=True)),
                (f"reconcile-apply-{target}", Environment(writer | key)),
                (f"reconcile-clock-{target}", Environment(writer | key)),
            ]
        return made

    # What people do with Git.

    def propose(
        self,
        files: Mapping[str, str | None],
        *,
        branch: str = "change",
        author: str = "ben",
        repo: str = REPOSITORY,
        into: str = "main",
    ) -> TeamPullRequest:
        """A branch off main with these files (None: without it), and a pull request for it."""
        self.number += 1
        head = self._branch(branch, files)
        self.fake_github.proposed(self.number, head, branch=branch, base=into, author=author, repo=repo)
        return self._mergeable(TeamPullRequest(self.number, head, "", "", branch, author, repo, into))

    def propose_again(
        self, pull: TeamPullRequest, into: str, *, branch: str | None = None
    ) -> TeamPullRequest:
        """Another pull request for the same head, into another branch; perhaps from another branch, too."""
        self.number += 1
        name = branch or pull.branch
        git("push", "--quiet", "--force", "origin", f"{pull.head}:refs/heads/{name}", at=self.clone)
        self.fake_github.proposed(self.number, pull.head, branch=name, base=into, author=pull.author)
        return self._mergeable(replace(pull, number=self.number, branch=name, into=into))

    def retarget(self, pull: TeamPullRequest, into: str) -> TeamPullRequest:
        """Let a pull request go to another branch."""
        self.fake_github.retargeted(pull.number, into)
        return self._mergeable(replace(pull, into=into))

    def push(
        self, pull: TeamPullRequest, files: Mapping[str, str | None], *, anew: bool = True
    ) -> TeamPullRequest:
        """The branch of a pull request, made anew off main with these files, or a commit further."""
        head = self._branch(pull.branch, files, None if anew else pull.head)
        self.fake_github.pushed(pull.number, head)
        return self._mergeable(replace(pull, head=head))

    def _branch(self, branch: str, files: Mapping[str, str | None], start: str | None = None) -> str:
        git("checkout", "--quiet", "--detach", start or self.tip, at=self.clone)
        for path, text in files.items():
            if text is None:
                (self.clone / path).unlink()
            else:
                self.write(path, text)
        return self.commit("Change", branch)

    def _mergeable(self, pull: TeamPullRequest) -> TeamPullRequest:
        """What GitHub makes of a pull request without conflicts: the commit of its merge."""
        base = git("rev-parse", f"refs/heads/{pull.into}", at=self.bare)
        git("checkout", "--quiet", "--detach", base, at=self.clone)
        git("merge", "--quiet", "--no-ff", "-m", "Merge", pull.head, at=self.clone)
        merge = git("rev-parse", "HEAD", at=self.clone)
        git("push", "--quiet", "--force", "origin", f"HEAD:refs/pull/{pull.number}/merge", at=self.clone)
        return replace(pull, base=base, merge=merge)

    def approve(self, pull: TeamPullRequest, reviewer: str = "cat") -> None:
        """Somebody approves its head, a minute later."""
        self.fake_github.wait(minutes=1)
        self.fake_github.reviewed(pull.number, reviewer, commit=pull.head)

    def merge(self, pull: TeamPullRequest, how: str = "merge") -> str:
        """Merge it (or ``squash``, ``rebase``), a minute later; the commit that this makes."""
        self.fake_github.wait(minutes=1)
        git("checkout", "--quiet", "--detach", self.tip, at=self.clone)
        also: tuple[str, ...] = ()
        match how:
            case "merge":
                git("merge", "--quiet", "--no-ff", "-m", f"Merge {pull.number}", pull.head, at=self.clone)
            case "squash":
                git("merge", "--quiet", "--squash", pull.head, at=self.clone)
                git("commit", "--quiet", "-m", f"Change ({pull.number})", at=self.clone)
            case "rebase":
                git("cherry-pick", "--quiet", f"HEAD..{pull.head}", at=self.clone)
                made = git("rev-list", "--reverse", f"{self.tip}..HEAD", at=self.clone).split()
                also = tuple(made[:-1])
        git("push", "--quiet", "origin", "HEAD:refs/heads/main", at=self.clone)
        commit = git("rev-parse", "HEAD", at=self.clone)
        self.fake_github.merged(pull.number, pull.head, commit, repo=pull.repo, also=also)
        return commit

    # What GitHub starts.

    def plan(
        self, pull: TeamPullRequest, action: str = "synchronize", by: str | None = None, **more: Row
    ) -> WorkflowRun:
        """The run of a pull request that is opened, pushed to or edited (``changes``), most by its author."""
        return self._of_pull_request(pull, "pull_request", {"action": action, **more}, by or pull.author)

    def review(self, pull: TeamPullRequest) -> WorkflowRun:
        """The run of a review that is submitted or dismissed."""
        return self._of_pull_request(pull, "pull_request_review", {"action": "submitted"}, "cat")

    def _of_pull_request(self, pull: TeamPullRequest, name: str, event: Row, actor: str) -> WorkflowRun:
        return self.runner.start(
            "plan.yml",
            name,
            {**event, "pull_request": pull.event},
            sha=pull.merge,
            ref=f"refs/pull/{pull.number}/merge",
            head=pull.head,
            head_branch=pull.branch,
            actor=actor,
        )

    def apply(self, commit: str) -> WorkflowRun:
        """The run of a push to main."""
        return self.runner.start("apply.yml", "push", {}, sha=commit, ref="refs/heads/main")

    def by_hand(self, ref: str = "refs/heads/main", **inputs: str) -> WorkflowRun:
        """The run that somebody starts for the whole account, or with what its form asks for.

        ``ref`` is a branch or a tag.
        """
        sha, event = git("rev-parse", ref, at=self.bare), {"inputs": inputs}
        return self.runner.start("apply.yml", "workflow_dispatch", event, sha=sha, ref=ref)

    def drift(self, cron: str = "47 4 * * *") -> WorkflowRun:
        """The daily run of the clock; with another ``cron`` the hourly one."""
        event = {"schedule": cron}
        return self.runner.start("drift.yml", "schedule", event, sha=self.tip, ref="refs/heads/main")

    def tick(self) -> WorkflowRun:
        """The hourly run of the clock."""
        return self.drift("17 * * * *")

    def let_through(self, run: WorkflowRun) -> WorkflowRun:
        """The reviewers approve everything that waits."""
        for environment in run.waiting:
            self.runner.approve(run, environment)
        return run

    # What is in the shops and under the pull requests.

    @property
    def shop(self) -> Shop:
        """The first shop."""
        return next(iter(self.shops.values()))

    def tag_outside(self, email: str, *tags: str, target: str | None = None) -> None:
        """Somebody changes the tags of a contact in a shop's admin."""
        shop = self.shop if target is None else self.shops[target]
        with Writer(shop.connection) as account:
            account.update(shop.id(email), {"contact": {"tags": {"contact": list(tags)}}})

    def users(self) -> list[str]:
        """The addresses of the first shop's users."""
        return sorted(row["email"] for row in show(self.shop.path, "contacts") if row["isUser"])

    def comments(self, number: int) -> list[str]:
        """The comments of a pull request."""
        return [row["body"] for row in self.fake_github.comments.get(number, [])]


def credentials(shop: Shop, scopes: str) -> dict[str, str]:
    """The secrets of a private app with these scopes."""
    told = requests.post(f"{shop.access.url}/_sandbox/clients", json={"scopes": scopes}, timeout=10).json()
    return {"EVANCE_CLIENT_ID": told["client_id"], "EVANCE_PRIVATE_KEY": told["private_key"]}
