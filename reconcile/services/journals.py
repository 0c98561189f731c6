"""What a person asks of the journals: are all whole; retire a run, or accept what contacts lost in it."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from reconcile.apply.lock import locked
from reconcile.clock import parse_utc_text, zoned_text
from reconcile.errors import Refusal, UsageError
from reconcile.journal.fetched import read_fetched
from reconcile.journal.hash_chain import BrokenChain
from reconcile.journal.history import run_history
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.lineage import check_lineage, read_runs
from reconcile.journal.losses import loss_lines, lost_roles, open_roles
from reconcile.journal.writer import Journal, NotedTimes

from .caller import Console
from .project import Project, find_run

_QUESTION = (
    "Retire run {run}? Later runs will take it neither for the last one nor for a measure of the account; "
    "what it took away still counts, and it can still be reverted.{forgotten}"
)

_ACKNOWLEDGED = "what contacts are known to have lost in it keeps no run from applying any more"

_AGAIN = "start the run by hand once more, which shows it"

_UNSEEN = "some of its contacts are still to be looked at, and what is found then is not accepted by this"


_MORE = "meanwhile more is known of run {run}; nothing was accepted; {again}"


def retire_run(
    project: Project, name: str, console: Console, *, confirm: bool, seen: Sequence[str] = ()
) -> str:
    """Note in the run's journal that it is retired; how that ended, in words.

    ``seen`` are the `retirement_lines` that were accepted before. UsageError: there is no such run. Refusal:
    nobody said yes, the run's lines are others by now, or an apply is under way, which would write to the
    same folder.
    """
    forgotten = _forgotten_with(find_run(project, name), project)
    if confirm:
        console.confirm(_QUESTION.format(run=name, forgotten=forgotten), "history --retire")
    with locked(project.state / "lock"):
        run = find_run(project, name)  # afresh: an apply may have added lines while a person thought
        if run.retired:
            at = zoned_text(parse_utc_text(run.retired.at), project.settings.policy.timezone)
            return f"Run {name} was retired already, at {at}."
        if seen and retirement_lines(project, run) != tuple(seen):
            raise Refusal(_MORE.format(run=name, again=_AGAIN))
        with closing(Journal(run.path)) as journal:
            journal.retire(NotedTimes(project.now, project.machine_time()))
    return f"Run {name} is retired: later runs remember nothing of it. It can still be reverted.{forgotten}"


def _forgotten_with(run: JournaledRun, project: Project) -> str:
    """What is forgotten with a run, as a sentence; empty unless it is the last complete run."""
    records = run_history(project.journals, run.account).records
    if not records or records[-1][0].name != run.name:
        return ""
    earlier = f"what run {records[-2][0].name} noted, and " if len(records) > 1 else ""
    return (
        " It is the last complete run: nothing will be remembered of who an entry was about but "
        f"{earlier}what was written."
    )


def retirement_lines(project: Project, run: JournaledRun) -> tuple[str, ...]:
    """What a run did, and what is forgotten with it; contacts by their ids alone."""
    return tuple(_retirement_lines(project, run))


def _retirement_lines(project: Project, run: JournaledRun) -> Iterator[str]:
    if run.machine_time is not None:
        yield f"it began at {zoned_text(run.machine_time, project.settings.policy.timezone)}"
    yield from (f"contact {line.contact or '(new)'}: {line.outcome}" for line in run.outcomes)
    if forgotten := _forgotten_with(run, project):
        yield forgotten.strip()


def acknowledge_losses(
    project: Project, name: str, console: Console, *, confirm: bool, seen: Sequence[str] = ()
) -> str:
    """Note in the run's journal that a person accepts what contacts lost in it; how that ended, in words.

    The losses are printed first. ``seen`` are those that were accepted before. UsageError: there is no such
    run, or nobody lost a role in it. Refusal: as for `retire_run`.
    """
    run = find_run(project, name)
    lost = list(seen) or loss_lines(open_roles(run) or lost_roles(run))
    if not lost:
        raise UsageError(f"in run {name} no contact lost a role that nobody asked to take")
    console.print_result("\n".join(lost))
    if confirm:
        console.confirm(f"Accept what contacts lost in run {name}?", "apply --acknowledge")
    with locked(project.state / "lock"):
        run = find_run(project, name)
        if not open_roles(run):
            return f"Run {name} was acknowledged already."
        if loss_lines(open_roles(run)) != lost:
            raise Refusal(_MORE.format(run=name, again=_AGAIN if seen else "call again"))
        with closing(Journal(run.path)) as journal:
            journal.acknowledge(NotedTimes(project.now, project.machine_time()))
    unseen = f"; {_UNSEEN}" if run.in_doubt else ""
    return f"Run {name} is acknowledged: {_ACKNOWLEDGED}{unseen}. Nothing was applied."


def verify_journals(project: Project) -> tuple[str, ...]:
    """What is worth knowing of the journals, in lines; BrokenChain when one is missing or was changed.

    BrokenRecord where the file of the last record is not what its journal says.
    """
    runs = read_runs(project.journals)
    lineage = check_lineage(runs, read_fetched(project.state))
    if lineage.broken:
        raise BrokenChain("\n".join([*lineage.broken, *lineage.notes]))
    if not runs:
        return ("There is no journal: nothing was applied from this checkout yet, or all were taken away.",)
    for account in {run.account for run in runs if run.account}:
        run_history(project.journals, account).read_remembered()
    whole = "journal is" if len(runs) == 1 else "journals are"
    counted = f"{len(runs)} {whole} whole: each line is what was written, and none is missing in between."
    return (counted, *lineage.notes)
