"""The journal of a run: before each write the intent with the before-image, after it the outcome."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconcile.clock import utc_text
from reconcile.documents.codec import encode, encode_itself
from reconcile.documents.items import ContactSnapshot
from reconcile.documents.json_text import digest_of
from reconcile.documents.plan import OperationDocument
from reconcile.model.baseline import Scope
from reconcile.model.contact import Contact
from reconcile.model.plans.change import Change
from reconcile.model.plans.operation import Action
from reconcile.model.plans.plan import Plan
from reconcile.model.record import Provenance
from reconcile.model.result import LostItem, Report, Result, WriteEffect

from .hash_chain import HashChain
from .lineage import unfollowed_runs
from .lines import (
    CUT_OFF,
    LINE_KINDS,
    NOT_NOTED,
    AcknowledgedLine,
    BeginLine,
    EffectLine,
    EndLine,
    IntentLine,
    Line,
    NotedGain,
    NotedScope,
    OutcomeLine,
    RecordLine,
    ResolvedLine,
    RetiredLine,
)


@dataclass(frozen=True, slots=True)
class NotedTimes:
    """The times that a line notes: the instant to work as of, and what the two clocks show.

    ``server`` is None when no answer of the account tells it.
    """

    now: datetime
    machine: datetime
    server: datetime | None = None


class Journal:
    """Writes the lines of one run as it goes on. Every line is on disk before the run goes on."""

    def __init__(self, path: Path) -> None:
        self._chain = HashChain(path)
        self.unnoted: list[str] = []
        """The keys of the contacts whose outcome could not be written down."""

    @property
    def run(self) -> str:
        """The name of the run."""
        return self._chain.path.stem

    @property
    def folder(self) -> Path:
        """The folder of the journals."""
        return self._chain.path.parent

    def begin(  # noqa: PLR0913 - each is a fact of the line
        self,
        plan: Plan,
        at: NotedTimes,
        *,
        config: str,
        contacts: int | None,
        approved: str,
        due: bool,
        provenance: Provenance | None = None,
    ) -> None:
        """What the run sets out to do, for which account and when, and which runs were the last before it.

        ``config`` is the policy's digest, which later runs compare with theirs. ``contacts`` is how many the
        account has; ``approved`` is the digest of the approved plan; ``due`` says that only what is due by
        the clock is done.
        """
        self._append(
            BeginLine(
                account=plan.account,
                target=plan.target,
                tool_version=plan.tool_version,
                plan=plan.digest,
                changes=len(plan.changes),
                at=utc_text(at.now),
                machine=utc_text(at.machine),
                server=utc_text(at.server) if at.server else NOT_NOTED,
                declarations=plan.declarations_digest,
                config=config,
                follows=unfollowed_runs(self._chain.path),
                contacts=contacts,
                approved=approved,
                due=due,
                revert=plan.revert,
                scope=_noted(plan.scope),
                scheduled=tuple(_noted_gains(plan)),
                provenance=provenance,
            )
        )

    def intent(self, change: Change, before: Contact | None) -> int:
        """One write that is about to be sent; ``before`` is None for a contact to be created.

        The number of its line, by which `effect` says what became of it.
        """
        return self._append(
            IntentLine(
                key=change.key,
                contact=change.contact.id or None,
                email=change.contact.email,
                operations=tuple(encode(OperationDocument, step) for step in change.operations),
                before=encode(ContactSnapshot, before) if before else None,
                payload_digest=digest_of(change.payload),
            )
        )

    def effect(self, intent: int, key: str, effect: WriteEffect, contact: str | None) -> None:
        """Whether a write took effect; ``contact`` is the id of the contact, None if it is not known."""
        self._append(EffectLine(intent=intent, key=key, contact=contact, effect=effect.value))

    def outcome(self, result: Result) -> None:
        """How one contact's change ended."""
        contact, key = result.change.contact, result.change.key
        line = OutcomeLine(
            key=key,
            contact=contact.id or result.created,
            email=contact.email,
            outcome=result.outcome.value,
            detail=result.detail,
            lost=result.lost,
            in_doubt=result.in_doubt,
        )
        try:
            self._append(line)
        except OSError:
            self.unnoted.append(key)
            raise

    def record(self, line: RecordLine) -> None:
        """What the run remembers, whose entries are on disk already."""
        self._append(line)

    def end(self, report: Report, at: datetime | None = None) -> None:
        """The run came to its end at that instant, whatever became of its contacts."""
        ended = utc_text(at) if at else NOT_NOTED
        self._append(EndLine(complete=report.complete, stopped=report.stopped, at=ended))

    def note_cut_off(self) -> None:
        """A later run has looked at all that this one left open."""
        self._append(EndLine(complete=False, stopped=CUT_OFF))

    def resolve(self, intent: IntentLine, finding: str, lost: tuple[LostItem, ...] = ()) -> None:
        """What a later look at a contact found that the run had left in doubt."""
        contact, email = intent.contact, intent.email
        self._append(ResolvedLine(key=intent.key, contact=contact, email=email, finding=finding, lost=lost))

    def retire(self, at: NotedTimes) -> None:
        """A person says that later runs are to remember nothing of this one."""
        self._append(RetiredLine(at=utc_text(at.now), machine=utc_text(at.machine)))

    def acknowledge(self, at: NotedTimes) -> None:
        """A person accepts that contacts lost roles in this run."""
        self._append(AcknowledgedLine(at=utc_text(at.now), machine=utc_text(at.machine)))

    def _append(self, line: Line) -> int:
        return self._chain.append(LINE_KINDS[type(line)], encode_itself(line))

    def close(self) -> None:
        """Close the file."""
        self._chain.close()


def _noted(scope: Scope | None) -> NotedScope | None:
    return NotedScope(scope.base, scope.only, len(scope.contacts)) if scope else None


def _noted_gains(plan: Plan) -> Iterator[NotedGain]:
    for row in plan.scheduled:
        if row.coming and row.privileged and row.action is Action.ADD and row.contact.id:
            yield NotedGain(row.contact.id, row.item)


@contextmanager
def open_journal(folder: Path, now: datetime) -> Iterator[Journal]:
    """The journal of a new run, named after its time and some chance."""
    name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    with closing(Journal(folder / f"{name}.jsonl")) as journal:
        yield journal
