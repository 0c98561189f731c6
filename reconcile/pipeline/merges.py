"""Which pull requests brought the commits that a branch has got since the last complete run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from reconcile.model.ci.pull_request import PullRequest
from reconcile.text import quoted


@dataclass(frozen=True, slots=True)
class Merge:
    """The merge of a pull request: the commits of the branch that it brought, oldest first.

    A merge commit and a squash are one commit; a rebase brings one for each of its own.
    """

    pull: PullRequest
    commits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergedWork:
    """What was merged, oldest first; ``unbrought`` are commits that no merged pull request brought."""

    merged: tuple[Merge, ...]
    unbrought: tuple[str, ...]


def group_by_pull_request(
    commits: Sequence[str], brought: Mapping[str, Collection[PullRequest]], branch: str
) -> MergedWork:
    """The pull requests of a branch's commits, which are those of its first parents, oldest first.

    ``brought`` has the merged pull requests that the forge names for each commit. Of these only one counts
    that was merged into this branch by one of the commits: the forge also names pull requests into other
    branches which held the commit before.
    """
    own: dict[int, list[str]] = {}
    pulls: dict[int, PullRequest] = {}
    unbrought = []
    for commit in commits:
        bringing = [pull for pull in brought.get(commit, ()) if _is_merged_by(pull, commits, branch)]
        for pull in bringing:
            pulls[pull.number] = pull
            own.setdefault(pull.number, []).append(commit)
        if not bringing:
            unbrought.append(commit)
    merged = (Merge(pulls[number], tuple(own[number])) for number in own)
    return MergedWork(tuple(merged), tuple(unbrought))


def _is_merged_by(pull: PullRequest, commits: Sequence[str], branch: str) -> bool:
    return pull.base == branch and pull.merge in commits


def unbrought_reason(commit: str, branch: str) -> str:
    """What it means that a commit was brought by none, and what to do."""
    return (
        f"commit {commit[:7]} came to {quoted(branch)} without a pull request, so that nobody has seen what "
        "it does: start the run by hand, or take the commit back and merge it with a pull request"
    )
