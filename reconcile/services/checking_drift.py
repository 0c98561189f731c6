"""What differs from declarations that were applied before, and why."""

from reconcile.journal.history import run_history
from reconcile.model.drift import Drift
from reconcile.plan.drift import explain_drift

from .accounts import open_reader
from .caller import Console
from .planning import make_fresh_plan, refuse_unseen
from .project import Project


def check_drift(project: Project, console: Console) -> Drift:
    """Every difference between the declarations and the live account, each with its cause.

    Refusal: there seems to be none, but only because something could not be seen.
    """
    declarations = project.load().declarations
    with console.progress() as progress, open_reader(project, console) as account:
        context = project.plan_context(account.connection.account)
        past = run_history(project.journals, context.account)
        plan = make_fresh_plan(
            declarations, account, context, past=past, progress=progress, thorough=False
        ).plan
    if plan.empty or not plan.listed_whole:
        refuse_unseen(plan)
    return explain_drift(plan, declarations, past.history)
