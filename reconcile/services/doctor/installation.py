"""Examines an installation: each check in turn, those that need another one only where that is in order."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from reconcile import __version__
from reconcile.errors import ReconcileError
from reconcile.model.ci.forge_settings import CheckResult, CheckState
from reconcile.model.reports.installation import InstallationReport
from reconcile.services.caller import Console, ProjectChoice

from .installation_checks import CHECKS, InstallationCheck, Sight, see
from .surroundings import Surroundings

_LINES = 4
"""Maximum number of lines that a row quotes of an error, such as the problems of a configuration."""


def examine_installation(
    choice: ProjectChoice, environment: Mapping[str, str], console: Console, *, offline: bool
) -> InstallationReport:
    """The report. ``offline``: the account is not asked. Nothing is written to it."""
    with ExitStack() as stack:
        there = Surroundings(choice, console, environment, stack)
        results = tuple(results_of(there, offline=offline))
        return InstallationReport(__version__, str(choice.config), _target_name(there), results)


def results_of(there: Surroundings, *, offline: bool) -> Iterator[CheckResult]:
    """A result for each row of the table."""
    in_order: set[str] = set()
    for check in CHECKS:
        sight = _not_looked_at(check, in_order, offline=offline) or see(check, there)
        if sight.state in {CheckState.OK, CheckState.WARNING}:
            in_order.add(check.name)
        yield CheckResult(check.name, check.reads, sight.state, _cut(sight.detail), "", sight.remedy)


def _not_looked_at(check: InstallationCheck, in_order: set[str], *, offline: bool) -> Sight | None:
    if check.asks and offline:
        return Sight(("not looked at: --offline",), state=CheckState.UNKNOWN)
    lacking = [name for name in check.needs if name not in in_order]
    if lacking:
        return Sight((f"not looked at: {' and '.join(lacking)} first",), state=CheckState.UNKNOWN)
    return None


def _cut(lines: tuple[str, ...]) -> tuple[str, ...]:
    left = len(lines) - _LINES
    return (*lines[:_LINES], f"and {left:,} more; 'reconcile validate' has them all") if left > 0 else lines


def _target_name(there: Surroundings) -> str:
    try:
        return there.target.name
    except ReconcileError:
        return ""
