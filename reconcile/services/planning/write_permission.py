"""What may forbid writes at any moment: the kill switch, a freeze, the end of a plan's validity."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconcile.clock import zoned_text
from reconcile.errors import Refusal
from reconcile.model.plans.change import Change
from reconcile.model.plans.plan import Plan
from reconcile.model.settings import ApplySettings
from reconcile.services.project import Project

KILL_VARIABLE = "RECONCILE_KILL"

FREEZE_VARIABLE = "RECONCILE_FREEZE"

OFF = {"", "0", "false", "no", "off"}
"""The words that turn a switch in the environment off. Any other word turns it on: it fails closed."""


def switched_on(environment: Mapping[str, str], name: str) -> bool:
    """Whether a switch in the environment is on."""
    return environment.get(name, "").strip().casefold() not in OFF


@dataclass(frozen=True, slots=True)
class WritePermission:
    """What may forbid writes at any moment: the kill switch, a freeze, the end of a plan's validity.

    ``state`` is the folder that may hold the kill switch; ``present`` tells the time.
    """

    applying: ApplySettings
    environment: Mapping[str, str]
    state: Path
    present: Callable[[], datetime]

    def kill_reason(self) -> str | None:
        """Why the kill switch is on, or None. It is looked at right before every write, and fails closed."""
        if self.applying.stopped:
            return "the kill switch 'stop: true' in the configuration is on"
        if switched_on(self.environment, KILL_VARIABLE):
            return f"the kill switch {KILL_VARIABLE} in the environment is on"
        file = self.state / "KILL"
        try:
            file.lstat()  # `exists` calls a link to nothing, and what it can't look at, no file
        except FileNotFoundError:
            return None
        except OSError as error:
            return f"the kill switch {file} can't be looked at: {error.strerror}"
        return f"the kill switch {file} is there"

    def stop_reason(self, plan: Plan) -> str | None:
        """Why no change of the plan may be written any more, or None."""
        return _outdated(plan, self.present()) or (
            None if self.applying.revoke_in_freeze else self._freeze_reason(plan)
        )

    def wait_reason(self, plan: Plan, change: Change) -> str | None:
        """Why this change of the plan must wait, or None."""
        return _outdated(plan, self.present()) or (
            None if self._passes_freeze(change) else self._freeze_reason(plan)
        )

    def refuse_killed(self) -> None:
        """Raise Refusal when the kill switch is on."""
        reason = self.kill_reason()
        if reason is not None:
            raise Refusal(f"{reason}; nothing was written")

    def refuse_frozen(self, plan: Plan) -> None:
        """Raise Refusal in a freeze, unless it lets some change of the plan pass, or there is none."""
        reason = self.frozen_reason(plan)
        if reason is not None:
            raise Refusal(f"{reason}; nothing was written; apply when the freeze is over")

    def frozen_reason(self, plan: Plan) -> str | None:
        """Why a freeze lets no change of the plan pass, or None; a plan without a change needs none to."""
        passes = not plan.changes or any(map(self._passes_freeze, plan.changes))
        return None if passes else self._freeze_reason(plan)

    def refuse_late(self, plan: Plan) -> None:
        """Raise Refusal for what has come up since the plan was made: a person may have thought for long."""
        self.refuse_killed()
        outdated = _outdated(plan, self.present())
        if outdated is not None:
            raise Refusal(f"{outdated}; nothing was written; apply again")
        self.refuse_frozen(plan)

    def _freeze_reason(self, plan: Plan) -> str | None:
        """Why nothing may be applied now, or None."""
        now = self.present()
        if switched_on(self.environment, FREEZE_VARIABLE):
            return f"{FREEZE_VARIABLE} in the environment is on"
        freeze = next((freeze for freeze in self.applying.freezes if freeze.holds(now)), None)
        if freeze is None:
            return None
        return f"frozen until {zoned_text(freeze.expires, plan.timezone)}: {freeze.reason}"

    def _passes_freeze(self, change: Change) -> bool:
        """True for a change that takes access away and does nothing else, where those are exempt."""
        return self.applying.revoke_in_freeze and all(operation.revokes for operation in change.operations)


def _outdated(plan: Plan, now: datetime) -> str | None:
    """Why the plan no longer holds, or None."""
    boundary = plan.valid_until
    if boundary is not None and now >= boundary.at:
        return f"the plan was valid until {zoned_text(boundary.at, plan.timezone)}"
    ended = next((entry for entry in plan.allow if now >= entry.until), None)
    if ended is not None:
        place, until = f"{ended.place.file}:{ended.place.line}", zoned_text(ended.until, plan.timezone)
        return f"the entry at {place} lifted the guard {ended.guard} until {until}"
    return None


def write_permission(project: Project) -> WritePermission:
    """What may forbid writes at any moment."""
    return WritePermission(project.settings.applying, os.environ, project.state, project.present)
