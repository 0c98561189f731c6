"""The lines of a journal: what each kind holds, as it is written and as it is read back.

Reading checks nothing, since the chain of hashes holds that a line is what some version wrote. A key that
this version misses is missed when somebody asks for it, unless it has a default: journals of earlier versions
have fewer keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from reconcile.documents.codec import NOT_IN_JSON, decode
from reconcile.documents.items import ContactSnapshot
from reconcile.documents.json_text import JsonValue
from reconcile.documents.plan import OperationDocument
from reconcile.model.contact import Contact
from reconcile.model.plan import Operation

NOT_NOTED = ""
"""Stands for what a journal does not have: runs of earlier versions did not note it."""

CUT_OFF = "cut off"
"""Why a run was stopped, as the later run notes that closes its journal for it."""


@dataclass(frozen=True, slots=True)
class FollowedRun:
    """A run that another one follows: its name, the last line that it wrote itself, and that line's hash.

    Lines that a later run adds to it do not count: two machines may add different ones. ``account`` is the
    one that it was for, which nothing else tells once its journal is gone.
    """

    run: str
    line: int
    hash: str
    account: str = NOT_NOTED


@dataclass(frozen=True, slots=True)
class SpentOverride:
    """An override in the repository that a run used: its guard, and the digest of the approved plan."""

    guard: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginLine:
    """What a run sets out to do, for which account and when, and which runs were the last before it.

    ``at`` is the instant that the run works as of, ``machine`` what the machine's own clock showed then, and
    ``server`` what the account's clock showed, where its answers told. ``contacts`` is how many the account
    has. ``approved`` is the digest of the plan that was approved, which may allow more than ``plan``.
    ``due``: the run only does what is due by the clock.
    """

    account: str = ""
    target: str
    tool_version: str
    plan: str = "unknown"
    changes: int
    at: str = NOT_NOTED
    machine: str = NOT_NOTED
    server: str = NOT_NOTED
    declarations: str = NOT_NOTED
    config: str
    follows: tuple[FollowedRun, ...] = ()
    contacts: int | None = None
    allowances: tuple[SpentOverride, ...] = ()
    approved: str | None = None
    due: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentLine:
    """One write that is about to be sent. ``before`` is null for a contact to be created.

    ``key`` tells the contact from the others of its plan, ``contact`` is its id; ``number`` is the line's.
    """

    key: str
    contact: str | None
    email: str
    operations: tuple[Mapping[str, Any], ...]
    before: Mapping[str, Any] | None
    payload_digest: str
    number: Annotated[int, NOT_IN_JSON] = 0

    @property
    def contact_before(self) -> Contact | None:
        """The contact as it was before the write; None when it was to be created."""
        return decode(ContactSnapshot, JsonValue(self.before)) if self.before else None

    def steps(self) -> Iterator[Operation]:
        """What the write does, operation by operation."""
        return (decode(OperationDocument, JsonValue(step)) for step in self.operations)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine:
    """How one contact's change ended. ``contact`` is null where a new contact's id did not become known."""

    key: str
    contact: str | None
    email: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedLine:
    """What a later look at a contact found that the run had left in doubt."""

    key: str
    contact: str | None
    email: str
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredLine:
    """A person retired the run: nothing that later runs remember comes from it any more.

    ``at`` is the instant as of which that was done, ``machine`` what the machine's own clock showed then.
    """

    at: str
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLine:
    """The run came to its end, whatever became of its contacts. ``stopped`` says why it ended early."""

    complete: bool
    stopped: str | None


Line = BeginLine | IntentLine | OutcomeLine | ResolvedLine | RetiredLine | EndLine

LINE_KINDS: dict[type, str] = {
    BeginLine: "begin",
    IntentLine: "intent",
    OutcomeLine: "outcome",
    ResolvedLine: "resolved",
    RetiredLine: "retired",
    EndLine: "end",
}
"""What the journal calls each kind."""
