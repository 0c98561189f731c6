"""The project a command works on: its configuration, target and declarations, the time, and earlier runs."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconcile import __version__
from reconcile.declare.capabilities import load_capabilities
from reconcile.declare.loader import EarlierLoads, LoadedDeclarations, load_declarations
from reconcile.declare.settings import load_settings
from reconcile.errors import UsageError
from reconcile.journal.durable_files import STATE_FOLDER
from reconcile.journal.fetched import FETCHED_FILE
from reconcile.journal.journaled_run import JournaledRun, read_run
from reconcile.model.plans.plan import PlanContext
from reconcile.model.record import CheckedOutCommit
from reconcile.model.settings import Capabilities, Settings, Target, TargetKind
from reconcile.plan.digest import config_digest

from .caller import Console, ProjectChoice


@dataclass(frozen=True, slots=True)
class Project:
    """A configuration file's folder, what the configuration says, and the target that was chosen.

    ``state`` is the folder of what the tool keeps for the project, never under Git. ``now`` is the instant
    that the command works as of; it stands still, while ``present`` goes on.
    """

    choice: ProjectChoice
    settings: Settings
    target: Target
    state: Path
    now: datetime

    def present(self) -> datetime:
        """The time, which goes on while a person thinks and while a run lasts; or the time asked for."""
        return self.choice.as_of or self.choice.clock()

    def machine_time(self) -> datetime:
        """What the machine's own clock shows, whatever instant was asked for."""
        return self.choice.clock()

    @property
    def contacts_folder(self) -> Path:
        """Where the declarations of the target lie."""
        return self.choice.checkout / self.settings.folder(self.target)

    @property
    def journals(self) -> Path:
        """The folder of the journals, one for each run."""
        return self.state / "runs"

    @property
    def in_pipeline(self) -> bool:
        """Whether this is a job of a pipeline, whose journals were fetched; people have no such file."""
        return (self.state / FETCHED_FILE).exists()

    def commit(self) -> CheckedOutCommit | None:
        """The commit of the checkout that the declarations are in; None outside of Git."""
        from .git import checked_out_commit  # noqa: PLC0415 - starts processes, which only writers ask for

        checkout = self.choice.checkout
        files = [self.settings.folder(self.target), self.choice.config.name, self.capabilities_file.name]
        return checked_out_commit(checkout, files)

    @property
    def capabilities_file(self) -> Path:
        """Where a probe writes down what it found out, in the folder of the configuration."""
        return self.choice.config.resolve().parent / "evance.capabilities.yaml"

    def capabilities(self) -> Capabilities:
        """What is known of the account's server; DeclarationError with every problem in the file."""
        return load_capabilities(self.capabilities_file)

    def load(self, *, may_be_empty: bool = False, earlier: EarlierLoads | None = None) -> LoadedDeclarations:
        """The declarations, with the configuration's warnings; DeclarationError with every problem.

        ``may_be_empty``: a folder that declares no contact is in order. ``earlier`` may have them already.
        """
        folder, checkout = self.contacts_folder, self.choice.checkout
        policy, now = self.settings.policy, self.now
        loaded = load_declarations(
            folder, policy, root=checkout, now=now, may_be_empty=may_be_empty, earlier=earlier
        )
        warnings = {*self.settings.warnings, *loaded.warnings}
        return replace(loaded, warnings=tuple(sorted(warnings)))

    def load_and_warn(self, console: Console, earlier: EarlierLoads | None = None) -> LoadedDeclarations:
        """The declarations, once their warnings are printed."""
        loaded = self.load(earlier=earlier)
        console.warn(loaded.warnings)
        return loaded

    def plan_context(self, account: str, known: Capabilities, revert: str | None = None) -> PlanContext:
        """What a plan for that account is made for: the declarations, or to undo the run ``revert``.

        ``known`` are the capabilities that the account is written with.
        """
        config = config_digest(self.settings, self.target, account, known)
        made_for = self.target.name, account, self.settings.policy, self.now, __version__
        return PlanContext(*made_for, revert, config=config, pipeline=self.in_pipeline)

    def refuse_another_time(self) -> None:
        """A plan may look at any time; a write happens now. UsageError for ``--as-of`` at a real account."""
        if self.choice.as_of is not None and self.target.kind is TargetKind.EVANCE:
            raise UsageError("apply works as of now; --as-of is for plans and for the sandbox")


def open_project(choice: ProjectChoice, console: Console) -> Project:
    """Read the configuration and choose the target."""
    settings = load_settings(choice.config, choice.searched)
    console.set_privacy(settings.privacy)
    choice = choice.in_zone(settings.policy.timezone)
    state = choice.config.resolve().parent / STATE_FOLDER
    return Project(choice, settings, choice.target_of(settings), state, choice.now())


def find_run(project: Project, name: str) -> JournaledRun:
    """The run of that name; UsageError when there is none."""
    path = project.journals / f"{name}.jsonl"
    if "/" in name or not path.exists():
        raise UsageError(f"there is no run '{name}' on this checkout; 'reconcile history' lists them")
    return read_run(path)
