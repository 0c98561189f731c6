"""What differs from declarations that were applied before, and why."""

import json
from pathlib import Path

from reconcile.documents.drift import drift_from_document
from reconcile.errors import Refusal, UsageError
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


def read_drift_file(path: Path) -> Drift:
    """The drift in a file that ``--out`` wrote; Refusal when it is none."""
    try:
        return drift_from_document(json.loads(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise Refusal(f"{path}: this is not drift as 'reconcile drift --out' writes it") from None
