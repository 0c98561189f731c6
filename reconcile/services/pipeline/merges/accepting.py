"""A run by hand that accepts something of an earlier run: what contacts lost in it, or that it is retired.

Journals of a pipeline lie at the forge, so nobody could note it on a machine of his own. It takes the same
way as what is applied: a preview shows it, reviewers let it through, and the job that writes notes it,
signed. Nothing else is done in such a run.
"""

from dataclasses import dataclass

from reconcile.errors import UsageError
from reconcile.journal.journaled_run import JournaledRun, read_run
from reconcile.journal.losses import loss_lines, open_roles
from reconcile.model.ci.section import Acceptance, AcceptanceKind, PreviewState
from reconcile.pipeline.signatures import RUN_NAME
from reconcile.services.accounts import account_of
from reconcile.services.journals import retirement_lines
from reconcile.services.project import Project
from reconcile.text import quoted

from .main_job import MainJob
from .preview import Preview


@dataclass(frozen=True, slots=True)
class AskedRun:
    """What somebody asks to be accepted, of which run."""

    kind: AcceptanceKind
    run: str


def asked_run(acknowledge: str, retire: str) -> AskedRun:
    """What is asked by the inputs of a run by hand, of which one is empty.

    UsageError: it is no run's name, or there are two.
    """
    if acknowledge.strip() and retire.strip():
        raise UsageError(
            "a run by hand acknowledges a run, or retires one: give one of both, and then the other"
        )
    kind = AcceptanceKind.ACKNOWLEDGE if acknowledge.strip() else AcceptanceKind.RETIRE
    name = acknowledge.strip() or retire.strip()
    if not RUN_NAME.fullmatch(name):
        raise UsageError(
            f"{quoted(name)} is no run's name, which has the form 20261123T090000Z-0a1b2c: take it from what "
            "refuses"
        )
    return AskedRun(kind, name)


def preview_acceptance(project: Project, job: MainJob, asked: AskedRun) -> Preview:
    """What a run by hand would accept.

    UsageError: there is no such run, or nothing in it is left to accept. Refusal: no person has asked.
    """
    job.refuse_unless_by_hand(f"to {asked.kind} a run")
    superseded = job.superseded()
    if superseded is not None:
        return Preview(PreviewState.SUPERSEDED, reasons=(f"Nothing is done here: {superseded}.",))
    job.refuse_where_others_read()
    job.refuse_other_checkout(project)
    run = _find(project, asked.run)
    if run is None:
        reason = f"No run {asked.run} of {project.target.name} is known: another target's job looks for it."
        return Preview(PreviewState.ELSEWHERE, reasons=(reason,))
    seen = _lost(run) if asked.kind is AcceptanceKind.ACKNOWLEDGE else _retired(project, run)
    return Preview(PreviewState.READY, accepts=Acceptance(asked.kind, run.name, seen))


def _find(project: Project, name: str) -> JournaledRun | None:
    """The run; None where it may be another target's. UsageError: there is no other."""
    path = project.journals / f"{name}.jsonl"
    run = read_run(path) if path.exists() else None
    if run is not None and run.account == account_of(project):
        return run
    if len(project.settings.ci_targets) > 1:
        return None
    raise UsageError(
        f"there is no run {name} among the journals that were fetched: take the name from what refuses"
    )


def _lost(run: JournaledRun) -> tuple[str, ...]:
    lines = tuple(loss_lines(open_roles(run)))
    if not lines:
        raise UsageError(f"in run {run.name} no contact lost a role that nobody has accepted yet")
    return lines


def _retired(project: Project, run: JournaledRun) -> tuple[str, ...]:
    if run.retired:
        raise UsageError(f"run {run.name} was retired already")
    return retirement_lines(project, run)
