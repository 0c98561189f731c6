"""The runs of apply on this checkout, and whether their journals are whole."""

from collections.abc import Sequence

from reconcile.errors import UsageError
from reconcile.journal.hash_chain import BrokenChain
from reconcile.journal.journaled_run import JournaledRun, read_run, read_runs
from reconcile.journal.lineage import check_lineage

from .project import Project


def list_runs(project: Project) -> Sequence[JournaledRun]:
    """All runs, oldest first; BrokenChain for the first journal that is not what was written."""
    return read_runs(project.journals)


def find_run(project: Project, name: str) -> JournaledRun:
    """The run of that name; UsageError when there is none."""
    path = project.journals / f"{name}.jsonl"
    if "/" in name or not path.exists():
        raise UsageError(f"there is no run '{name}' on this checkout; 'reconcile history' lists them")
    return read_run(path)


def verify_journals(project: Project) -> tuple[str, ...]:
    """What is worth knowing of the journals, in lines; BrokenChain when one is missing or was changed."""
    runs = list_runs(project)
    lineage = check_lineage(runs)
    if lineage.broken:
        raise BrokenChain("\n".join([*lineage.broken, *lineage.notes]))
    if not runs:
        return ("There is no journal: nothing was applied from this checkout yet, or all were taken away.",)
    whole = "journal is" if len(runs) == 1 else "journals are"
    counted = f"{len(runs)} {whole} whole: each line is what was written, and none is missing in between."
    return (counted, *lineage.notes)
