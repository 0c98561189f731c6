"""Carry out a plan against an account: permission, journal, one contact after the other, what is left."""

from .approval import approved_operations, read_approval, read_plan, refuse_above
from .brake import Brake
from .chain import BrokenChain
from .course import Account, Run
from .fresh import Fresh, fresh_plan
from .journal import Journal, Record, journal, read_run, runs
from .lock import locked
from .outcome import SETTLED, Outcome, Report, Result
from .past import Past, past_runs, resolve_doubts
from .permission import (
    frozen,
    granted_ceilings,
    killed,
    passes_freeze,
    refuse_frozen,
    refuse_guarded,
    refuse_unplanned,
)
from .revert import undoing
from .run import carry_out

__all__ = [
    "SETTLED",
    "Account",
    "Brake",
    "BrokenChain",
    "Fresh",
    "Journal",
    "Outcome",
    "Past",
    "Record",
    "Report",
    "Result",
    "Run",
    "approved_operations",
    "carry_out",
    "fresh_plan",
    "frozen",
    "granted_ceilings",
    "journal",
    "killed",
    "locked",
    "passes_freeze",
    "past_runs",
    "read_approval",
    "read_plan",
    "read_run",
    "refuse_above",
    "refuse_frozen",
    "refuse_guarded",
    "refuse_unplanned",
    "resolve_doubts",
    "runs",
    "undoing",
]
