"""Carry out a plan against an account."""

from .fresh import fresh_plan
from .outcome import Outcome, Report, Result
from .run import Account, Run, carry_out

__all__ = ["Account", "Outcome", "Report", "Result", "Run", "carry_out", "fresh_plan"]
