"""What a service gets from its caller: which project to work on, and a console to talk to a person."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reconcile.clock import start_of, zone
from reconcile.errors import UsageError
from reconcile.model.baseline import EntryKey
from reconcile.model.problem import Problem
from reconcile.model.settings import Privacy, Settings, Target
from reconcile.text import did_you_mean, quoted

if TYPE_CHECKING:  # a plan is no matter of what only checks declarations
    from reconcile.model.plans.plan import Plan

Progress = Callable[[str, int, int | None], None]
"""Called with the work in progress, how much of it is done, and how much there is (None: not known yet)."""


class Console(Protocol):
    """Results go to one place, everything else to another, so that results can be handed to a program."""

    def set_privacy(self, privacy: Privacy, /) -> None:
        """Follow what the configuration says of names and e-mails from now on."""

    def print_result(self, text: str, /) -> None:
        """Print a result."""

    def print_ending(self, text: str, /) -> None:
        """Print as a result how something ended; a reader that has gone is no error."""

    def note(self, text: str, /) -> None:
        """Print something that is no result, unless only results are wanted."""

    def warn(self, warnings: Iterable[Problem], /) -> None:
        """Print what deserves a second look in the declarations."""

    def trace(self, line: str, /) -> None:
        """Print one request to the account, or one step, where somebody wants to see each."""

    def waiting(self, wait: str, seconds: float, /) -> None:
        """Say that the account is waited for, why and for how long; from any thread."""

    def progress(self) -> AbstractContextManager[Progress]:
        """Show the progress of long work while a block lasts."""

    def confirm(self, question: str, command: str, /) -> None:
        """Ask before the first write; Refusal unless a person says yes."""

    def ended_by_interrupt(self) -> AbstractContextManager[None]:
        """End the command when the process is asked to end while a block lasts, and wait for no request."""

    def on_interrupt(self, act: Callable[[], None], notice: str, /) -> AbstractContextManager[None]:
        """Call ``act`` instead when the process is first asked to end while a block lasts, and say so."""


@contextmanager
def nothing_written() -> Iterator[None]:
    """Whoever interrupts this block is told that nothing was written."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt("nothing was written") from None


@dataclass(frozen=True, slots=True)
class ProjectChoice:
    """Which project a command works on, for which target, and as of when.

    ``declarations``: the checkout whose contacts folder is read, if not the configuration's own. ``clock``
    tells the present; ``as_of`` is an instant to work as of instead, ``as_of_day`` a day whose first instant
    that is, in the time zone that the configuration has. ``searched``: the folders in which a configuration
    was looked for in vain. ``target_named_by``: the option or the variable that named the target.
    """

    config: Path
    declarations: Path | None
    target: str | None
    as_of: datetime | None
    clock: Callable[[], datetime]
    as_of_day: date | None = None
    searched: tuple[Path, ...] = ()
    target_named_by: str = "--target"

    def in_zone(self, timezone: str) -> "ProjectChoice":
        """The choice with the instant of the day that was asked for, as a declaration's ``starts`` has it."""
        day = self.as_of_day
        return self if day is None else replace(self, as_of=start_of(day, zone(timezone)))

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
        known = [target.name for target in settings.targets]
        if name is None:
            raise UsageError(
                f"{self.config} has several targets and no default one: choose with --target or "
                f"RECONCILE_TARGET, or add 'target: {known[0]}' to it; it has: {', '.join(known)}"
            )
        target = next((target for target in settings.targets if target.name == name), None)
        if target is None:
            raise UsageError(
                f"{self.config} has no target {quoted(name)}, which {self.target_named_by} names; "
                f"it has: {', '.join(known)}{did_you_mean(name, known)}"
            )
        return target


@dataclass(frozen=True, slots=True)
class ScopeRequest:
    """What a plan is asked to be cut down to: a commit to compare with, and names of contacts and files.

    ``own_configuration``: the project's configuration counts for that commit, too, as in a pipeline. A plan
    does not keep that: whoever applies it says it again. ``set_aside``: see `ScopeChoice`.
    """

    base: str | None = None
    only: tuple[str, ...] = ()
    own_configuration: bool = False
    set_aside: frozenset[EntryKey] | None = None


NO_SCOPE = ScopeRequest()


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """What an apply was asked for.

    ``approved`` is the file of an approved plan, a ceiling for what is applied; ``digest`` the one that it
    must have. ``ceilings`` lift guards by name. ``due``: apply only what the clock alone asks for since the
    last apply of the same declarations. ``confirm``: ask before the first write. ``scope`` is what the plan
    is cut down to. ``preview``: the plan was made by this very run of a pipeline, from what is merged, and
    its reviewers have seen it. ``pull_requests`` are those that the run carries.
    """

    approved: Path | None = None
    digest: str | None = None
    ceilings: Mapping[str, int] = field(default_factory=dict)
    due: bool = False
    confirm: bool = True
    scope: ScopeRequest = NO_SCOPE
    preview: bool = False
    pull_requests: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplyOutput:
    """How an apply shows its plan, and where it says how it ended."""

    show_plan: "Callable[[Plan], None]"
    print_ending: Callable[[str], None]
