"""Roles that contacts lost in earlier runs and nobody asked to take: said by what reads, refused by apply."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconcile.errors import refuse_if
from reconcile.model.facets import Facet
from reconcile.model.plans.plan import Plan

from .history import RunHistory
from .journaled_run import JournaledRun
from .lines import OutcomeLine, ResolvedLine

LostRoles = dict[str, tuple[str, ...]]
"""The roles that contacts lost, by the contact's id."""


def lost_roles(run: JournaledRun) -> LostRoles:
    """The roles that contacts lost in a run and nobody asked to take."""
    return _roles_in(run.losses)


def open_roles(run: JournaledRun) -> LostRoles:
    """Those of them that nobody has accepted yet, be it that they were found only later."""
    return _roles_in(run.unaccepted_losses)


def _roles_in(lines: Iterable[OutcomeLine | ResolvedLine]) -> LostRoles:
    roles = {
        line.contact or line.key: tuple(lost.item for lost in line.lost if lost.facet == Facet.ROLES)
        for line in lines
    }
    return {contact: references for contact, references in roles.items() if references}


def open_losses(past: RunHistory) -> tuple[JournaledRun, ...]:
    """The runs in which contacts lost roles unasked, and that nobody has undone or acknowledged yet.

    A run is undone by a complete one that was made to undo it; half of that is not enough.
    """
    undone = {run.begun.revert for run in past.runs if run.begun and run.complete}
    return tuple(run for run in past.runs if open_roles(run) and run.name not in undone)


def loss_lines(lost: LostRoles) -> list[str]:
    """Who lost what in a run: contacts by their ids alone."""
    return [f"contact {contact} lost role {', role '.join(roles)}" for contact, roles in lost.items()]


def way_out_of_losses(run: str, *, pipeline: bool) -> str:
    """What to do about what contacts lost in a run; in a ``pipeline`` with the journals that lie there."""
    if pipeline:
        return (
            f"accept it with a run by hand whose 'acknowledge' is {run} (GitLab: the variable "
            "RECONCILE_ACKNOWLEDGE), which shows it before; then the run by hand, as always, gives back what "
            "is declared; until then apply refuses"
        )
    return (
        f"undo it with 'reconcile revert {run} --out undo.json' and 'reconcile apply undo.json', "
        f"or accept it with 'reconcile apply --acknowledge {run}'; until then apply refuses"
    )


def refuse_open_losses(past: RunHistory, reverting: str | None) -> None:
    """Raise Refusal while the losses of an earlier run are open.

    ``reverting`` is the run that is about to be undone, which is one of the two ways out.
    """
    if reverting not in {run.name for run in open_losses(past)}:
        headline = "contacts lost roles in an earlier run, which nobody asked to take; nothing was written"
        refuse_if(tuple(open_losses_in_words(past)), headline)


def warn_of_open_losses(plan: Plan, past: RunHistory) -> Plan:
    """The plan with a note on each run whose losses are open: it can't be applied yet."""
    return replace(plan, notes=(*open_losses_in_words(past), *plan.notes))


def open_losses_in_words(past: RunHistory) -> Iterator[str]:
    """Each run in which contacts lost roles unasked, with who lost what, and the ways out."""
    for run in open_losses(past):
        way_out = way_out_of_losses(run.name, pipeline=past.fetched is not None)
        yield f"run {run.name}: {'; '.join(loss_lines(open_roles(run)))}; {way_out}"
