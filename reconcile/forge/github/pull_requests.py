"""GitHub's pull requests: who proposed what, who merged it, whose head it shares, whose workflow text it has.

REST API, version 2022-11-28: "Pull requests", "Commits", "Issue events", "Repository contents".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import quote

from reconcile.documents.json_text import JsonValue
from reconcile.errors import ForgeError
from reconcile.forge.client import read_instant, read_optional_instant
from reconcile.model.ci.pull_request import PullRequest

from .repository import GitHubRepository, login_of

_BASE_CHANGED = {"base_ref_changed", "automatic_base_change_succeeded"}
"""By a person, or by GitHub when the branch that it went to was merged and deleted."""

_WORKFLOW_TEXT = {"workflows", "actions"}
"""The folders of ``.github`` whose text runs."""

_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class GitHubPullRequests:
    """The pull requests of one repository."""

    repository: GitHubRepository

    def tip(self, branch: str) -> str:
        """The commit at the tip of a branch. ``heads/`` is named, so that no tag is taken for it."""
        ref = f"heads/{branch}"
        return self.repository.one(f"/git/ref/{quote(ref)}", partial(_tip, f"refs/{ref}"))

    def read(self, number: int) -> PullRequest:
        """The pull request of that number."""
        return self.repository.one(f"/pulls/{number}", self._read)

    def merged_with(self, commit: str) -> tuple[PullRequest, ...]:
        """The merged pull requests that brought a commit.

        By a merge commit, a squash or a rebase, of which each commit counts; ``merge`` is the last.
        """
        return tuple(pull for pull in self._of_commit(commit) if pull.merge is not None)

    def base_changes(self, pull: PullRequest) -> tuple[datetime, ...]:
        """When the branch that it goes to was changed."""
        path = self.repository.path(f"/issues/{pull.number}/events")
        return tuple(self.repository.client.rows(path, _base_change))

    def same_head(self, pull: PullRequest) -> tuple[PullRequest, ...]:
        """The other pull requests whose head is of the same branch of this repository, or at the same commit.

        Once the commit is on the default branch, GitHub lists for it only the one that brought it. A run
        also tells its branch, which is why those of the branch are what matters.
        """
        found = {other.number: other for other in (*self._of_branch(pull), *self._of_commit(pull.head))}
        return tuple(
            other
            for number, other in sorted(found.items())
            if number != pull.number and _shares_head(other, pull)
        )

    def keeps_workflows(self, pull: PullRequest) -> bool:
        """True when the head has the workflows and actions that it had where its branch left the base.

        For one that is merged, the base is what its merge was made onto: the branch now contains the head.
        One that was pushed instead of merged does not show where it left, and keeps nothing.
        """
        if pull.merge == pull.head:
            return False
        base = self.tip(pull.base) if pull.merge is None else self._first_parent(pull.merge)
        if base is None:
            return False
        left = self.repository.one(f"/compare/{base}...{pull.head}", _merge_base, per_page="1")
        return left != pull.head and self._workflow_text(left) == self._workflow_text(pull.head)

    def _of_commit(self, commit: str) -> tuple[PullRequest, ...]:
        path = self.repository.path(f"/commits/{quote(commit, safe='')}/pulls")
        return self.repository.once((path,), lambda: tuple(self.repository.client.rows(path, self._read)))

    def _of_branch(self, pull: PullRequest) -> Iterator[PullRequest]:
        """None for a fork's: its branch is none of this repository."""
        if not pull.own:
            return iter(())
        head = f"{self.repository.owner}:{pull.head_branch}"
        path = self.repository.path("/pulls")
        return self.repository.client.rows(path, self._read, head=head, state="all")

    def _first_parent(self, commit: str) -> str | None:
        return self.repository.one(f"/commits/{commit}", first_parent)

    def _workflow_text(self, commit: str) -> dict[str, str]:
        """The Git trees of the folders with workflows and actions, by name."""
        try:
            return self.repository.one("/contents/.github", _trees, ref=commit)
        except ForgeError as error:
            if error.status == _NOT_FOUND:
                return {}
            raise

    def _read(self, row: JsonValue) -> PullRequest:
        head, closed = row.key("head"), read_optional_instant(row.key("closed_at"))
        merged = not row.key("merged_at").absent
        return PullRequest(
            number=row.key("number").count(),
            head=head.key("sha").text(),
            head_branch=head.key("ref").text(),
            base=row.key("base").key("ref").text(),
            author=login_of(row),
            own=self.repository.is_own(head.key("repo")),
            opened=read_instant(row.key("created_at")),
            closed=closed,
            # Before a merge it is the commit of a trial.
            merge=row.key("merge_commit_sha").optional_text() if merged else None,
        )


def first_parent(row: JsonValue) -> str | None:
    """The first parent of a commit; None for the first commit of all."""
    parents = row.key("parents").items()
    return parents[0].key("sha").text() if parents else None


def _tip(ref: str, row: JsonValue) -> str:
    row.key("ref").one_of(ref)
    return row.key("object").key("sha").text()


def _base_change(row: JsonValue) -> datetime | None:
    changed = row.key("event").optional_text() in _BASE_CHANGED
    return read_instant(row.key("created_at")) if changed else None


def _shares_head(other: PullRequest, pull: PullRequest) -> bool:
    same_branch = other.own and pull.own and other.head_branch == pull.head_branch
    return same_branch or other.head == pull.head


def _merge_base(row: JsonValue) -> str:
    return row.key("merge_base_commit").key("sha").text()


def _trees(row: JsonValue) -> dict[str, str]:
    entries = {entry.key("name").text(): entry.key("sha").text() for entry in row.items()}
    return {name: sha for name, sha in entries.items() if name in _WORKFLOW_TEXT}
