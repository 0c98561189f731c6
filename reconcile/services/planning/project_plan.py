"""The plan and the drift of a project, as the commands that only read show them."""

from reconcile.errors import refuse_if
from reconcile.journal.history import run_history
from reconcile.journal.losses import warn_of_open_losses
from reconcile.model.plans.plan import Plan
from reconcile.model.reports import Drift
from reconcile.plan.approval import refusals_of_the_unseen
from reconcile.plan.drift import explain_drift
from reconcile.services.accounts import check_clock, open_reader, warn_of_clock
from reconcile.services.caller import NO_SCOPE, Console, ScopeRequest
from reconcile.services.project import Project
from reconcile.text import escape_unprintable

from .fresh_plan import FreshPlan, make_fresh_plan
from .scope import choose_scope


def plan_project(project: Project, console: Console, request: ScopeRequest = NO_SCOPE) -> Plan:
    """The plan of a project's declarations for the account as it is now."""
    declarations = project.load_and_warn(console)
    choice = choose_scope(project, request, declarations)
    with console.progress() as progress, open_reader(project, console) as account:
        context = project.plan_context(account.connection.account, account.connection.capabilities)
        past = run_history(project.journals, context.account)
        fresh = make_fresh_plan(
            declarations,
            account,
            context,
            past=past,
            remembered=past.read_remembered(),
            progress=progress,
            choice=choice,
        )
        warn_of_clock(check_clock(project, account, past), console)
        warn_of_idle_entries(fresh, console)
        return warn_of_open_losses(fresh.plan, past)


def check_drift(project: Project, console: Console) -> Drift:
    """Every difference between the declarations and the live account, each with its cause.

    Refusal: there seems to be none, but only because something could not be seen.
    """
    declarations = project.load().declarations
    with console.progress() as progress, open_reader(project, console) as account:
        context = project.plan_context(account.connection.account, account.connection.capabilities)
        past = run_history(project.journals, context.account)
        remembered = past.read_remembered()
        fresh = make_fresh_plan(
            declarations,
            account,
            context,
            past=past,
            remembered=remembered,
            progress=progress,
            thorough=False,
        )
        warn_of_clock(check_clock(project, account, past), console)
    warn_of_idle_entries(fresh, console)
    plan = fresh.plan
    if plan.empty or not plan.listed_whole:
        refuse_unseen(plan)
    return explain_drift(warn_of_open_losses(plan, past), remembered, context.policy)


def refuse_unseen(plan: Plan) -> None:
    """Raise Refusal for a plan that may be empty only because something could not be seen or planned."""
    refuse_if(refusals_of_the_unseen(plan), "refused by a guard; nothing was written")


def warn_of_idle_entries(fresh: FreshPlan, console: Console) -> None:
    """Say which entries of the configuration guard nothing."""
    for sentence in fresh.idle_entries:
        console.note(f"Warning: {escape_unprintable(sentence)}")
