"""Which project and target a command was called for; cheap to import, so that ``--help`` stays quick."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconcile.errors import UsageError
from reconcile.model.settings import Settings, Target


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """Which project a command works on, for which target, and as of when.

    ``declarations``: the checkout whose contacts folder is read, if not the configuration's own. ``clock``
    tells the present; ``as_of`` is an instant to work as of instead.
    """

    config: Path
    declarations: Path | None
    target: str | None
    as_of: datetime | None
    clock: Callable[[], datetime]

    @property
    def checkout(self) -> Path:
        """The folder in which the contacts folder lies."""
        return self.declarations.resolve() if self.declarations else self.config.resolve().parent

    def now(self) -> datetime:
        """The instant to work as of: the one asked for, else the present, in whole seconds."""
        return self.as_of or self.clock().replace(microsecond=0)

    def target_of(self, settings: Settings) -> Target:
        """The target that was asked for, else the configuration's own; UsageError when there is none."""
        name = self.target or settings.target
        target = next((target for target in settings.targets if target.name == name), None)
        if target is None:
            known = ", ".join(target.name for target in settings.targets)
            raise UsageError(f"{self.config} has no target '{name}'; it has: {known}")
        return target
