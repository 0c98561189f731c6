"""How a repository is set up at GitHub or GitLab: what the pipeline relies on, and can't enforce itself.

A setting that the token at hand may not read is ``Unread``, never a guess.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Unread:
    """A setting that was not read. ``needs`` is what a token needs for it, in the forge's words."""

    needs: str


@dataclass(frozen=True, slots=True)
class BranchRules:
    """What must hold before a commit gets onto a branch, as one source says: its protection, or rulesets.

    ``approvals`` is the number of reviews that are required. ``checks`` are the names of the checks that must
    have succeeded. ``bypass`` names who need not obey; None: the forge did not tell.
    """

    approvals: int = 0
    dismisses_stale: bool = False
    asks_another_than_the_pusher: bool = False
    asks_code_owners: bool = False
    checks: tuple[str, ...] = ()
    keeps_history: bool = False
    bypass: tuple[str, ...] | None = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment: which refs may use it, whose review its jobs wait for, the names of its secrets.

    ``branches`` and ``tags`` are patterns; None for ``branches``: every ref may use it. ``protected_only``:
    every protected branch may. ``waits`` is True when its jobs wait, for a time or for people;
    ``admins_bypass``, when administrators need not.
    """

    branches: tuple[str, ...] | None = None
    tags: tuple[str, ...] = ()
    protected_only: bool = False
    reviewers: int = 0
    prevents_self_review: bool = False
    waits: bool = False
    admins_bypass: bool = False
    secrets: frozenset[str] | Unread = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The file of the code owners that counts, as the branch has it, and what the forge finds wrong in it."""

    path: str
    text: str
    errors: tuple[str, ...] | Unread = ()


@dataclass(frozen=True, slots=True)
class WorkflowToken:
    """What the token of a workflow may do unless the workflow says: write, and approve pull requests."""

    writes: bool
    approves: bool


@dataclass(frozen=True, slots=True)
class ForkPolicy:
    """What a pull request from a fork of a private repository gets, if its workflows run at all."""

    runs: bool
    gets_secrets: bool
    gets_writing_token: bool


@dataclass(frozen=True, slots=True)
class ForgeSettings:
    """The settings of one repository. ``branch`` is the one that is applied.

    ``repository_secrets`` are names of secrets that a workflow on every branch can read: those of the
    repository, and those of the organisation that the repository is given. ``owners`` is None when no file is
    in any of the places where the forge looks.
    """

    branch: str
    private: bool
    rulesets: BranchRules | Unread
    protection: BranchRules | Unread
    environments: Mapping[str, Environment] | Unread
    repository_secrets: frozenset[str] | Unread
    variables: Mapping[str, str] | Unread
    owners: CodeOwners | Unread | None
    workflow_token: WorkflowToken | Unread
    forks: ForkPolicy | Unread


@dataclass(frozen=True, slots=True)
class CiVariable:
    """A variable of the project, without its value. ``environment`` is the pattern of where it is given."""

    name: str
    environment: str
    protected: bool
    masked: bool


@dataclass(frozen=True, slots=True)
class ProtectedBranch:
    """A protected branch. ``pushed_by`` and ``merged_by`` are who may, in GitLab's words."""

    name: str
    pushed_by: tuple[str, ...]
    merged_by: tuple[str, ...]
    may_be_forced: bool


@dataclass(frozen=True, slots=True)
class GitLabSettings:
    """The settings of one project. ``branch`` is the one that is applied.

    ``protected_tags`` are patterns. ``pipeline_variables`` is the least role that may set variables of a
    pipeline; empty where GitLab has no such setting. ``variables`` are the project's own.
    """

    branch: str
    private: bool
    must_succeed: bool
    merged_results: bool
    pipeline_variables: str
    protected: tuple[ProtectedBranch, ...] | Unread
    protected_tags: tuple[str, ...] | Unread
    variables: tuple[CiVariable, ...] | Unread


class CheckState(StrEnum):
    """What a check came to."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check came to. ``detail`` are sentences: what is missing, or why nobody can tell.

    ``reads`` is what was read, ``cost`` what the lack lets happen, ``remedy`` what to do.
    """

    name: str
    reads: str
    state: CheckState
    detail: tuple[str, ...]
    cost: str
    remedy: str


class CheckTotals:
    """What the results of all checks come to. A report is a dataclass that has them."""

    __slots__ = ()

    results: tuple[CheckResult, ...]

    def in_state(self, state: CheckState) -> tuple[CheckResult, ...]:
        """The checks that came to that."""
        return tuple(result for result in self.results if result.state is state)

    @property
    def complete(self) -> bool:
        """True when nothing is missing; what nobody could tell is not missing."""
        return not self.in_state(CheckState.MISSING)


@dataclass(frozen=True, slots=True)
class DoctorReport(CheckTotals):
    """All checks of a forge, in the order of the table."""

    repository: str
    branch: str
    results: tuple[CheckResult, ...]
