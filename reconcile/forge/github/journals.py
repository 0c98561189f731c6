"""The journals of earlier runs, which each run leaves as an artifact, since its machine is thrown away."""

from collections.abc import Iterator, Sequence

from reconcile.forge.archive import members

from .api import FinishedRun, GitHub

JOURNAL_ARTIFACT = "reconcile-journal"

_EVENTS = {"push", "schedule", "workflow_dispatch"}


def earlier_journals(
    github: GitHub, workflows: Sequence[str], branch: str, own: int | None = None
) -> Iterator[tuple[str, bytes]]:
    """Name and content of every journal that the last runs of these workflows on the branch left.

    Each run fetches the earlier journals and leaves them together with its own, so the newest artifact of
    each workflow has them all. Runs of pull requests and of other branches do not count: anybody may have
    written their workflow. A run that failed counts, too: its journal tells what it left undone. ``own`` is
    the run that asks: an earlier job of it may have left journals.
    """
    earlier = (_trusted_runs(github, workflow, branch) for workflow in workflows)
    for runs in ([] if own is None else [own], *earlier):
        archives = (archive for run in runs for archive in github.artifacts(run, JOURNAL_ARTIFACT))
        newest = next(archives, None)
        if newest is not None:
            yield from members(newest)


def _trusted_runs(github: GitHub, workflow: str, branch: str) -> Iterator[int]:
    return (run.id for run in github.runs(workflow, branch=branch) if _trusted(run, branch))


def _trusted(run: FinishedRun, branch: str) -> bool:
    return run.own and run.branch == branch and run.event in _EVENTS
