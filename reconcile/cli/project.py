"""The project a command works on: its configuration, target and declarations."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconcile import __version__
from reconcile.declare import Loaded, load_declarations, load_settings
from reconcile.errors import UsageError
from reconcile.model import Settings, Target
from reconcile.plan import Scene

from . import say
from .options import Common


@dataclass(frozen=True, slots=True)
class Project:
    """A configuration file's folder, what it says, and the target that was chosen.

    ``checkout`` is where the contacts folder lies: beside the configuration, unless the declarations of
    another checkout are asked for. ``as_of`` is the instant that was asked for, if any; ``now`` that instant,
    else the present.
    """

    root: Path
    checkout: Path
    settings: Settings
    target: Target
    as_of: datetime | None
    now: datetime

    @property
    def state(self) -> Path:
        """The folder of what the tool keeps beside the project; never under Git."""
        return self.root / ".reconcile"

    def load(self) -> Loaded:
        """The declarations; DeclarationError with every problem in them."""
        folder = self.checkout / self.settings.folder(self.target)
        return load_declarations(folder, self.settings.policy, root=self.checkout)

    def scene(self, account: str, revert: str | None = None) -> Scene:
        """What a plan for that account is made for: the declarations, or to undo a run."""
        return Scene(self.target.name, account, self.settings.policy, self.now, __version__, revert)


def open_project(common: Common) -> Project:
    """Read the configuration and choose the target."""
    settings = load_settings(common.config)
    say.configured(settings.privacy)
    name = common.target or settings.target
    target = next((entry for entry in settings.targets if entry.name == name), None)
    if target is None:
        known = ", ".join(entry.name for entry in settings.targets)
        raise UsageError(f"{common.config} has no target '{name}'; it has: {known}")
    root = common.config.resolve().parent
    checkout = common.declarations.resolve() if common.declarations else root
    return Project(root, checkout, settings, target, common.as_of, common.now())
