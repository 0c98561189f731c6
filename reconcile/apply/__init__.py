"""Carry out a plan against an account: permission, journal, one contact after the other, what is left."""

from .approval import approved_operations, read_approval, read_plan, refuse_above
from .brake import Brake
from .chain import BrokenChain
from .course import Account, Run
from .fresh import Fresh, fresh_plan
from .journal import Journal, journal
from .lineage import Lineage, lineage
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
from .record import Record, read_run, runs
from .revert import Undoing, refuse_lost, undoing
from .run import carry_out
from .single import explanation

__all__ = [
    "SETTLED",
    "Account",
    "Brake",
    "BrokenChain",
    "Fresh",
    "Journal",
    "Lineage",
    "Outcome",
    "Past",
    "Record",
    "Report",
    "Result",
    "Run",
    "Undoing",
    "approved_operations",
    "carry_out",
    "explanation",
    "fresh_plan",
    "frozen",
    "granted_ceilings",
    "journal",
    "killed",
    "lineage",
    "locked",
    "passes_freeze",
    "past_runs",
    "read_approval",
    "read_plan",
    "read_run",
    "refuse_above",
    "refuse_frozen",
    "refuse_guarded",
    "refuse_lost",
    "refuse_unplanned",
    "resolve_doubts",
    "runs",
    "undoing",
]
