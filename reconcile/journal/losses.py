"""Roles that contacts lost in earlier runs and nobody asked to take: said by what reads, refused by apply."""

from collections.abc import Iterator
from dataclasses import replace

from reconcile.errors import refuse_if
from reconcile.model.plan import Plan

from .history import RunHistory
from .journaled_run import JournaledRun


def loss_lines(run: JournaledRun) -> list[str]:
    """Who lost what in a run: contacts by their ids alone."""
    return [f"contact {contact} lost role {', role '.join(roles)}" for contact, roles in run.losers.items()]


def way_out_of_losses(run: str) -> str:
    """What to do about what contacts lost in a run."""
    return (
        f"undo it with 'reconcile revert {run} --out undo.json' and 'reconcile apply undo.json', "
        f"or accept it with 'reconcile apply --acknowledge {run}'; until then apply refuses"
    )


def refuse_open_losses(past: RunHistory, reverting: str | None) -> None:
    """Raise Refusal while the losses of an earlier run are open.

    ``reverting`` is the run that is about to be undone, which is one of the two ways out.
    """
    if reverting not in {run.name for run in past.open_losses}:
        headline = "contacts lost roles in an earlier run, which nobody asked to take; nothing was written"
        refuse_if(tuple(_open_losses_in_words(past)), headline)


def warn_of_open_losses(plan: Plan, past: RunHistory) -> Plan:
    """The plan with a note on each run whose losses are open: it can't be applied yet."""
    return replace(plan, notes=(*_open_losses_in_words(past), *plan.notes))


def _open_losses_in_words(past: RunHistory) -> Iterator[str]:
    for run in past.open_losses:
        yield f"run {run.name}: {'; '.join(loss_lines(run))}; {way_out_of_losses(run.name)}"
