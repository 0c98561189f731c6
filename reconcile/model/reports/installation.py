"""How everything that a run needs is set up on this machine: what `doctor` finds without ``--ci``."""

from dataclasses import dataclass

from reconcile.model.ci.forge_settings import CheckResult, CheckTotals


@dataclass(frozen=True, slots=True)
class InstallationReport(CheckTotals):
    """All checks, in the order of the table. ``target`` is empty where none could be chosen."""

    tool_version: str
    config: str
    target: str
    results: tuple[CheckResult, ...]
