"""May this plan be applied now? Guards, their overrides, freezes, the kill switch. Raises Refusal if not."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from reconcile.clock import utc_text
from reconcile.errors import Refusal, refuse_if
from reconcile.journal.lines import SpentOverride
from reconcile.model.guards import guard_named
from reconcile.model.plan import Change, Plan, Verdict
from reconcile.model.settings import ApplySettings, Override
from reconcile.plan.approval import refusal_text

KILL_VARIABLE = "RECONCILE_KILL"

FREEZE_VARIABLE = "RECONCILE_FREEZE"

OFF = {"", "0", "false", "no", "off"}
"""The words that turn a switch in the environment off. Any other word turns it on: it fails closed."""


def switched_on(environment: Mapping[str, str], name: str) -> bool:
    """Whether a switch in the environment is on."""
    return environment.get(name, "").strip().casefold() not in OFF


def kill_switch(applying: ApplySettings, environment: Mapping[str, str], state: Path) -> str | None:
    """Why the kill switch is on, or None. It is looked at right before every write, and fails closed."""
    if applying.stopped:
        return "the kill switch 'stop: true' in the configuration is on"
    if switched_on(environment, KILL_VARIABLE):
        return f"the kill switch {KILL_VARIABLE} in the environment is on"
    file = state / "KILL"
    try:
        file.lstat()  # `exists` calls a link to nothing, and what it can't look at, no file
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"the kill switch {file} can't be looked at: {error.strerror}"
    return f"the kill switch {file} is there"


def refuse_guarded(plan: Plan, ceilings: Mapping[str, int]) -> None:
    """Raise Refusal for every guard that tripped and is not lifted far enough by an override.

    Contacts that could not be read have no change in the plan; they hinder no other contact, and are reported
    at the end.
    """
    refused = (verdict for verdict in plan.refused if not guard_named(verdict.guard).spares_others)
    tripped = [verdict for verdict in refused if not _lifted(verdict, ceilings)]
    headline = "refused by a guard; nothing was written"
    refuse_if(tuple(map(refusal_text, tripped)), headline)


def _lifted(verdict: Verdict, ceilings: Mapping[str, int]) -> bool:
    return verdict.liftable and verdict.found <= ceilings.get(verdict.guard, -1)


def granted_ceilings(
    allowances: Sequence[Override], plan: Plan, spent: Iterable[SpentOverride]
) -> dict[str, int]:
    """The overrides in the repository that are bound to this plan and not spent by an earlier apply."""
    used = {(override.guard, override.digest) for override in spent}
    return {
        allowance.guard: allowance.ceiling
        for allowance in allowances
        if allowance.digest == plan.digest and (allowance.guard, allowance.digest) not in used
    }


def freeze_reason(applying: ApplySettings, environment: Mapping[str, str], now: datetime) -> str | None:
    """Why nothing may be applied now, or None."""
    if switched_on(environment, FREEZE_VARIABLE):
        return f"{FREEZE_VARIABLE} in the environment is on"
    freeze = next((freeze for freeze in applying.freezes if freeze.holds(now)), None)
    return f"frozen until {utc_text(freeze.expires)}: {freeze.reason}" if freeze else None


def refuse_frozen(plan: Plan, applying: ApplySettings, reason: str | None) -> None:
    """Raise Refusal in a freeze, unless there are changes that it lets pass."""
    if reason is not None and not any(passes_freeze(change, applying) for change in plan.changes):
        raise Refusal(f"{reason}; nothing was written; apply when the freeze is over")


def passes_freeze(change: Change, applying: ApplySettings) -> bool:
    """True for a change that takes access away and does nothing else, where those are exempt."""
    return applying.revoke_in_freeze and all(operation.revokes for operation in change.operations)
