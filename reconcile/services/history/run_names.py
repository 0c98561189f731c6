"""How a person names a run: in full, by a part of its name, or as the last one."""

from collections.abc import Sequence

from reconcile.errors import UsageError
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.lineage import read_runs
from reconcile.journal.reports.run_report import SHORTEST_NAME
from reconcile.services.project import Project, find_run
from reconcile.text import escape_unprintable

LAST = "last"
"""Names the last run of the target."""

MOST_NAMED = 10
"""Maximum number of runs that a message names, then how many more."""


def named_run(project: Project, name: str) -> JournaledRun:
    """The run that somebody names.

    A part of a name has at least four characters, as that of a commit in Git. UsageError: no run is called
    so, or several are, which are all named.
    """
    if name == LAST:
        return last_run(project)
    names = sorted(path.stem for path in project.journals.glob("*.jsonl"))
    if name in names:
        return find_run(project, name)
    called = [known for known in names if _is_part(name, known)]
    if len(name) < SHORTEST_NAME or not called:
        raise UsageError(_unknown(name, too_short=bool(called)))
    if len(called) > 1:
        raise UsageError(
            f"'{escape_unprintable(name)}' means several runs: {_listed(called)}; write one of them"
        )
    return find_run(project, called[0])


def _is_part(part: str, name: str) -> bool:
    """Whether a name, or its end by which lists call a run, begins or ends with it."""
    return name.startswith(part) or name.endswith(part) or name.rpartition("-")[2].startswith(part)


def last_run(project: Project) -> JournaledRun:
    """The last run that began for the project's target; UsageError when there is none.

    A target that has got another account since is another one.
    """
    target = project.target
    for run in reversed(read_runs(project.journals)):
        ours = run.begun is not None and run.begun.target == target.name
        if ours and target.account in (None, run.account):
            return run
    raise UsageError(
        f"nothing was applied to the target '{target.name}' from this checkout yet, so there is no last run"
    )


def _unknown(name: str, *, too_short: bool) -> str:
    if too_short and name:
        return f"'{escape_unprintable(name)}' is too short for a run: give {SHORTEST_NAME} characters or more"
    return f"there is no run '{escape_unprintable(name)}' on this checkout; 'reconcile history' lists them"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
