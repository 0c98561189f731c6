"""What a check is given, and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reconcile.model.ci.forge_settings import CheckResult, CheckState, ForgeSettings, Unread


@dataclass(frozen=True, slots=True)
class SetUp:
    """What is judged: the forge's settings, and what the project and its checkout say.

    ``targets`` are those that the pipeline works on, ``folders`` those of their declarations, and ``prefix``
    leads from the top of the repository to the configuration: empty, or it ends in ``/``. ``unpinned`` are
    places in workflows that use an action by a name that can move. ``credential`` is the account that the
    credential at hand is for; empty: there is none. ``may_write`` tells whether it can write there (None: the
    account does not tell); ``must_only_read`` is True where it should not.
    """

    settings: ForgeSettings
    targets: tuple[str, ...]
    folders: tuple[str, ...] = ("contacts/",)
    prefix: str = ""
    require_review: bool = True
    unpinned: tuple[str, ...] = ()
    credential: str = ""
    may_write: bool | None = None
    must_only_read: bool = False


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """What one check found: sentences that say what is missing, what was not read, and what else matters."""

    missing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def state(self) -> CheckState:
        """What is missing for sure goes before what is unknown."""
        if self.missing:
            return CheckState.MISSING
        return CheckState.UNKNOWN if self.unread else CheckState.OK

    @property
    def detail(self) -> tuple[str, ...]:
        """The sentences that belong to the state."""
        return self.missing + self.unread if self.missing or self.unread else self.remarks


FOUND_NOTHING_MISSING = CheckFinding()


def not_read(setting: Unread) -> CheckFinding:
    """The finding when a setting was not read."""
    return CheckFinding(unread=(setting.needs,))


def missing(sentences: Iterable[str]) -> CheckFinding:
    """The finding with what is missing, if anything."""
    return CheckFinding(missing=tuple(sentences))


def together(findings: Iterable[CheckFinding]) -> CheckFinding:
    """Several findings as one; each sentence once."""
    rows = list(findings)
    texts = (
        tuple(dict.fromkeys(sentence for row in rows for sentence in getattr(row, name)))
        for name in ("missing", "unread", "remarks")
    )
    return CheckFinding(*texts)


S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Check(Generic[S]):
    """One row: its name, what is read, what the lack lets happen, what to do, and how it is judged."""

    name: str
    reads: str
    cost: str
    remedy: str
    find: Callable[[S], CheckFinding]

    def result(self, setup: S) -> CheckResult:
        """What the check comes to."""
        finding = self.find(setup)
        return CheckResult(self.name, self.reads, finding.state, finding.detail, self.cost, self.remedy)
