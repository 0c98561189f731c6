"""The lines of a journal: what each kind holds, as it is written and as it is read back.

The chain of hashes holds that a line is what somebody wrote, not that a run did: reading checks each value.
Journals of earlier versions have fewer keys, so all that came later has a default. A kind that this version
does not know is passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from reconcile.documents.codec import NOT_IN_JSON, decode, decode_leniently
from reconcile.documents.items import ContactSnapshot
from reconcile.documents.json_kinds import NOTED_INSTANT, NOTED_NUMBER, nullable
from reconcile.documents.json_text import JsonValue
from reconcile.documents.plan import OperationDocument
from reconcile.model.contact import Contact
from reconcile.model.plans.operation import Operation
from reconcile.model.record import Provenance
from reconcile.model.result import LostItem

from .hash_chain import Entry

NOT_NOTED = ""
"""Stands for what a journal does not have: runs of earlier versions did not note it."""

NotedInstant = Annotated[str, NOTED_INSTANT]

CUT_OFF = "cut off"
"""Why a run was stopped, as the later run notes that closes its journal for it."""


@dataclass(frozen=True, slots=True)
class FollowedRun:
    """A run that another one follows: its name, the last line that it wrote itself, and that line's hash.

    Lines that a later run adds to it do not count: two machines may add different ones. ``account`` is the
    one that it was for, which nothing else tells once its journal is gone.
    """

    run: str
    line: Annotated[int, NOTED_NUMBER]
    hash: str
    account: str = NOT_NOTED


@dataclass(frozen=True, slots=True)
class SpentOverride:
    """An override as runs of earlier versions noted it: its guard, and the digest of the approved plan."""

    guard: str
    digest: str


@dataclass(frozen=True, slots=True)
class NotedGain:
    """A privileged role that a run schedules for a contact, by its id: the clock gives it later."""

    contact: str
    role: str


@dataclass(frozen=True, slots=True)
class NotedScope:
    """What a run was cut down to: its base's commit, the names that were given, how many declarations."""

    base: str | None
    only: tuple[str, ...]
    declarations: Annotated[int, NOTED_NUMBER]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginLine:
    """What a run sets out to do, for which account and when, and which runs were the last before it.

    ``at`` is the instant that the run works as of, ``machine`` what the machine's own clock showed then, and
    ``server`` what the account's clock showed, where its answers told. ``contacts`` is how many the account
    has; null where it was not listed. ``approved`` is the digest of the plan that was approved, which may
    allow more than ``plan``. ``due``: the run only does what is due by the clock. ``revert`` is the run that
    this one undoes. ``scope`` is what it was cut down to; null for a run of everything. ``scheduled``
    are the privileged roles that it schedules. ``provenance`` is null in journals of earlier versions, which
    noted nobody. ``allowances`` is what runs of earlier versions noted of
    overrides.
    """

    account: str = ""
    target: str
    tool_version: str
    plan: str = "unknown"
    changes: Annotated[int, NOTED_NUMBER]
    at: NotedInstant = NOT_NOTED
    machine: NotedInstant = NOT_NOTED
    server: NotedInstant = NOT_NOTED
    declarations: str = NOT_NOTED
    config: str
    follows: tuple[FollowedRun, ...] = ()
    contacts: Annotated[int | None, nullable(NOTED_NUMBER)] = None
    allowances: tuple[SpentOverride, ...] = ()
    approved: str | None = None
    due: bool = False
    revert: str | None = None
    scope: NotedScope | None = None
    scheduled: tuple[NotedGain, ...] = ()
    provenance: Provenance | None = None


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
        before = JsonValue(self.before, "content.before")
        return None if before.absent else decode(ContactSnapshot, before)

    def steps(self) -> Iterator[Operation]:
        """What the write does, operation by operation."""
        return (
            decode(OperationDocument, JsonValue(step, f"content.operations[{number}]"))
            for number, step in enumerate(self.operations)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectLine:
    """Whether one write took effect: ``taken``, ``not taken`` or ``not known``. The last word on it counts.

    ``intent`` is the number of the write's line. ``contact`` is the id that a creation is known by.
    """

    intent: int
    key: str
    contact: str | None
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine:
    """How one contact's change ended. ``contact`` is null where a new contact's id did not become known.

    ``lost`` is what the contact lost that nobody asked to take; ``in_doubt``: it could not be looked at.
    """

    key: str
    contact: str | None
    email: str
    outcome: str
    detail: str
    lost: tuple[LostItem, ...] = ()
    in_doubt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedLine:
    """What a later look at a contact found that the run had left in doubt."""

    key: str
    contact: str | None
    email: str
    finding: str
    lost: tuple[LostItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedLine:
    """A person accepts that contacts lost roles in the run; the times are those of a `RetiredLine`."""

    at: str
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredLine:
    """A person retired the run: nothing that later runs remember comes from it any more.

    ``at`` is the instant as of which that was done, ``machine`` what the machine's own clock showed then.
    """

    at: NotedInstant
    machine: NotedInstant


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """What a complete run remembers; the ``entries``, so many, are in a file of their own.

    ``file`` is its name, and ``digest`` the SHA-256 of its content; an earlier run may have written it, where
    its entries still hold. ``at``, ``machine`` and ``server`` are as in the first line. ``commit`` is that of
    the declarations' repository, null outside of Git; ``dirty``: they had changes which no commit has.
    ``allowances`` are the digests of the entries under ``allow``. ``settled`` is when most of the contacts
    were settled, for which the file has a word of its own; in journals of earlier versions that is ``at``.
    """

    at: NotedInstant
    machine: NotedInstant = NOT_NOTED
    server: NotedInstant = NOT_NOTED
    commit: str | None = None
    dirty: bool = False
    declarations: str
    config: str
    entries: Annotated[int, NOTED_NUMBER]
    file: str
    digest: str
    allowances: tuple[str, ...] = ()
    settled: NotedInstant = NOT_NOTED


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLine:
    """The run came to its end, whatever became of its contacts. ``stopped`` says why it ended early.

    ``at`` is the instant as of which it ended, where the run itself noted it.
    """

    complete: bool
    stopped: str | None
    at: NotedInstant = NOT_NOTED


Line = (
    BeginLine
    | IntentLine
    | EffectLine
    | OutcomeLine
    | ResolvedLine
    | RetiredLine
    | AcknowledgedLine
    | RecordLine
    | EndLine
)

LINE_KINDS: dict[type, str] = {
    BeginLine: "begin",
    IntentLine: "intent",
    EffectLine: "effect",
    OutcomeLine: "outcome",
    ResolvedLine: "resolved",
    RetiredLine: "retired",
    AcknowledgedLine: "acknowledged",
    RecordLine: "record",
    EndLine: "end",
}
"""What the journal calls each kind."""

_KINDS = {name: kind for kind, name in LINE_KINDS.items()}


def check_line(entry: Entry) -> None:
    """ValueError with the path of what is wrong in a line, be it within a contact or an operation."""
    kind = _KINDS.get(entry.kind)
    line: object = decode_leniently(kind, entry.content) if kind else None
    if isinstance(line, IntentLine):
        _ = (line.contact_before, *line.steps())
