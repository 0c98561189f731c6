"""The plan and the drift of a project, as the commands that only read show them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconcile.collector import garbage_collector_off
from reconcile.declare.loader import EarlierLoads, LoadedDeclarations
from reconcile.errors import refuse_if
from reconcile.evance.connection import Connection
from reconcile.journal.history import run_history
from reconcile.journal.losses import open_losses_in_words, warn_of_open_losses
from reconcile.journal.run_changes import last_writes
from reconcile.model.plans.operation import Operation
from reconcile.model.plans.plan import KnownDigest, Plan
from reconcile.model.reports.drift import Drift
from reconcile.plan.approval import (
    approved_operations,
    lifted_for_a_run,
    not_covered,
    refusals,
    refusals_of_the_unseen,
    refusing_guards,
)
from reconcile.plan.ceiling.union import coverable_operations, exceeding_preview
from reconcile.plan.drift.causes import explain_drift
from reconcile.render.wording.allowances import allow_advice
from reconcile.services.accounts import check_clock, open_reader, warn_of_clock
from reconcile.services.caller import NO_SCOPE, Console, ScopeRequest
from reconcile.services.project import Project
from reconcile.text import escape_unprintable

from .earlier_readings import NO_READINGS, EarlierReadings
from .fresh_plan import FreshPlan, make_fresh_plan
from .scope import choose_scope
from .write_permission import write_permission

OpenReadings = Callable[[Project, Connection, Console], EarlierReadings]
"""Opens what earlier plans have read of an account."""


def no_readings(*_project: object) -> EarlierReadings:
    """Nothing of what earlier plans have read: everybody is read now."""
    return NO_READINGS


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """A plan, and why 'apply' would refuse it or leave some of its contacts: a text for each reason.

    ``refused`` are the reasons for which an apply would not begin at all.
    """

    plan: Plan
    against: tuple[str, ...]
    refused: tuple[str, ...] = ()

    def refuse(self) -> None:
        """Raise Refusal where 'apply' would not carry out the whole plan."""
        refuse_if(
            self.against, "'reconcile apply' would refuse this plan, or leave some contacts as they are"
        )


@garbage_collector_off()
def plan_project(
    project: Project,
    console: Console,
    request: ScopeRequest = NO_SCOPE,
    readings: OpenReadings = no_readings,
    loads: EarlierLoads | None = None,
) -> ProjectPlan:
    """The plan of a project's declarations for the account as it is now."""
    loaded = project.load_and_warn(console, loads)
    choice = choose_scope(project, request, loaded.declarations)
    with console.progress() as progress, open_reader(project, console) as account:
        context = project.plan_context(account.connection.account, account.connection.capabilities)
        declared = KnownDigest(loaded.declarations, loaded.digest)
        context = replace(context, allowances=loaded.allowances, declared=declared)
        past = run_history(project.journals, context.account)
        fresh = make_fresh_plan(
            loaded.declarations,
            account,
            context,
            past=past,
            remembered=past.read_remembered(),
            progress=progress,
            choice=choice,
            earlier=readings(project, account.connection, console),
        )
        clock = check_clock(project, account, past)
        warn_of_clock(clock, console)
        warn_of_idle_entries(fresh, console)
        before = (*clock.reasons, *open_losses_in_words(past))
        against = (*before, *_reasons_against(fresh.plan, project))
        refused = (*before, *_reasons_to_refuse(fresh.plan, project))
        return ProjectPlan(warn_of_open_losses(fresh.plan, past), against, refused)


def _reasons_to_refuse(plan: Plan, project: Project) -> Iterator[str]:
    """Why 'apply' would not begin to carry a plan out, by the switches and by its guards."""
    permission = write_permission(project)
    yield from filter(None, (permission.kill_reason(), permission.frozen_reason(plan)))
    yield from _guards_against(plan)


def _guards_against(plan: Plan) -> Iterator[str]:
    yield from dict.fromkeys((*refusals(plan, {}), *(refusals_of_the_unseen(plan) if plan.empty else ())))


def _reasons_against(plan: Plan, project: Project) -> Iterator[str]:
    """Why 'apply' would refuse a plan, by its guards and by the switches, and whom it would set aside."""
    permission = write_permission(project)
    # Each change by itself: a freeze may let the others pass.
    waiting = (permission.wait_reason(plan, change) for change in plan.changes)
    yield from (reason for reason in dict.fromkeys((permission.kill_reason(), *waiting)) if reason)
    yield from _guards_against(plan)
    for entry in plan.set_aside:
        # Against a base it is about what the base does not have so: others are not that commit's affair.
        if not entry.known and (entry.new or plan.scope is None or plan.scope.base is None):
            yield f"{entry.contact.label_with_id} ({entry.source}): set aside: {entry.reason}"


@dataclass(frozen=True, slots=True)
class DriftCheck:
    """The drift of a project, and the fresh plan that tells it."""

    drift: Drift
    fresh: FreshPlan

    @property
    def roles(self) -> frozenset[str]:
        """The references of the account's roles."""
        return frozenset(role.reference for role in self.fresh.roles)


def check_drift(
    project: Project,
    console: Console,
    readings: OpenReadings = no_readings,
    loads: EarlierLoads | None = None,
) -> Drift:
    """Every difference between the declarations and the live account, each with its cause.

    Refusal: there seems to be none, but only because something could not be seen.
    """
    return examine_drift(project, console, project.load(earlier=loads), readings).drift


@garbage_collector_off()
def examine_drift(
    project: Project, console: Console, loaded: LoadedDeclarations, readings: OpenReadings = no_readings
) -> DriftCheck:
    """The same for declarations that were loaded already, with what was read of the account."""
    with console.progress() as progress, open_reader(project, console) as account:
        context = project.plan_context(account.connection.account, account.connection.capabilities)
        declared = KnownDigest(loaded.declarations, loaded.digest)
        context = replace(context, allowances=loaded.allowances, declared=declared)
        past = run_history(project.journals, context.account)
        remembered = past.read_remembered()
        fresh = make_fresh_plan(
            loaded.declarations,
            account,
            context,
            past=past,
            remembered=remembered,
            progress=progress,
            thorough=False,
            earlier=readings(project, account.connection, console),
        )
        warn_of_clock(check_clock(project, account, past), console)
    warn_of_idle_entries(fresh, console)
    plan = fresh.plan
    if plan.empty or not plan.listed_whole:
        refuse_unseen(plan)
    writes = last_writes(past.runs, {change.contact.id for change in plan.changes})
    drift = explain_drift(warn_of_open_losses(plan, past), remembered, context.policy, writes)
    return DriftCheck(replace(drift, target_named=project.choice.target is not None), fresh)


def refuse_guarded(plan: Plan, ceilings: Mapping[str, int], note: Callable[[str], None]) -> None:
    """Raise Refusal for every guard that tripped and is not lifted far enough by an override.

    The plan that was shown knows no override: what is lifted for this run is noted.
    """
    refusing = refusing_guards(plan, ceilings)
    refuse_if(refusals(plan, ceilings), "refused by a guard; nothing was written", allow_advice(refusing))
    for sentence in lifted_for_a_run(plan, ceilings):
        note(escape_unprintable(sentence))


def refuse_unseen(plan: Plan) -> None:
    """Raise Refusal for a plan that may be empty only because something could not be seen or planned."""
    refuse_if(refusals_of_the_unseen(plan), "refused by a guard; nothing was written")


def warn_of_idle_entries(fresh: FreshPlan, console: Console) -> None:
    """Say which entries of the configuration guard nothing."""
    for sentence in fresh.idle_entries:
        console.note(f"Warning: {escape_unprintable(sentence)}")


_HEADLINE = "the approved plan no longer fits; nothing was written; plan and review again"

_PREVIEW_HEADLINE = (
    "the preview no longer fits; nothing was written; start the run again as a whole, which makes another one"
)


@dataclass(frozen=True, slots=True)
class PlanCeiling:
    """A plan that was approved. ``preview``: it was made by the pipeline's own run, which goes on with it.

    A preview counts for what it shows on either side of a boundary that has passed since.
    """

    approved: Plan
    preview: bool = False

    def refuse_uncovered(self, fresh: Plan) -> None:
        """Raise Refusal with every difference when a fresh plan goes beyond the approved one."""
        if self.preview:
            refuse_if(tuple(exceeding_preview(fresh, self.approved)), _PREVIEW_HEADLINE)
        else:
            refuse_if(tuple(not_covered(fresh, self.approved)), _HEADLINE)

    def operations(self, fresh: Plan) -> Mapping[str, tuple[Operation, ...]]:
        """What may be written of each contact, by the change's key, once a fresh plan is covered."""
        if self.preview:
            return coverable_operations(fresh, self.approved)
        return approved_operations(self.approved)
