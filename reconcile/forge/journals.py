"""The journals of earlier runs, which each run leaves as an artifact, since its machine is thrown away."""

from collections.abc import Iterator, Sequence
from itertools import islice

from .archive import members
from .github import Finished, GitHub

JOURNAL_ARTIFACT = "reconcile-journal"
_EVENTS = {"push", "schedule", "workflow_dispatch"}


def journals(
    github: GitHub, workflows: Sequence[str], branch: str, most: int = 100
) -> Iterator[tuple[str, bytes]]:
    """Name and content of each journal that the last ``most`` runs of each workflow on the branch left.

    Runs of pull requests and of other branches do not count: their workflow may be anybody's.
    """
    for workflow in workflows:
        trusted = (run for run in github.runs(workflow, branch=branch) if _trusted(run, branch))
        for run in islice(trusted, most):
            for archive in github.artifacts(run, JOURNAL_ARTIFACT):
                yield from members(archive)


def _trusted(run: Finished, branch: str) -> bool:
    return run.own and run.branch == branch and run.event in _EVENTS
