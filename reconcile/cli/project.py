"""The project a command works on: its configuration, target and declarations."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconcile import __version__
from reconcile.declare.capabilities import load_capabilities
from reconcile.declare.loader import LoadedDeclarations, load_declarations
from reconcile.declare.settings import load_settings
from reconcile.errors import UsageError
from reconcile.model.capabilities import Capabilities
from reconcile.model.plan import PlanContext
from reconcile.model.settings import Settings, Target

from . import console
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

    @property
    def capabilities_file(self) -> Path:
        """Where a probe writes down what it found out, beside the configuration."""
        return self.root / "evance.capabilities.yaml"

    def capabilities(self) -> Capabilities:
        """What is known of the account's server; DeclarationError with every problem in the file."""
        return load_capabilities(self.capabilities_file)

    def load(self) -> LoadedDeclarations:
        """The declarations; DeclarationError with every problem in them."""
        folder = self.checkout / self.settings.folder(self.target)
        return load_declarations(folder, self.settings.policy, root=self.checkout, now=self.now)

    def scene(self, account: str, revert: str | None = None) -> PlanContext:
        """What a plan for that account is made for: the declarations, or to undo a run."""
        return PlanContext(self.target.name, account, self.settings.policy, self.now, __version__, revert)


def open_project(common: Common) -> Project:
    """Read the configuration and choose the target."""
    settings = load_settings(common.config)
    console.set_privacy(settings.privacy)
    root = common.config.resolve().parent
    checkout = common.declarations.resolve() if common.declarations else root
    return Project(root, checkout, settings, choose(settings, common), common.as_of, common.now())


def choose(settings: Settings, common: Common) -> Target:
    """The target that was asked for, else the configuration's own; UsageError when there is none."""
    name = common.target or settings.target
    target = next((entry for entry in settings.targets if entry.name == name), None)
    if target is None:
        known = ", ".join(entry.name for entry in settings.targets)
        raise UsageError(f"{common.config} has no target '{name}'; it has: {known}")
    return target
