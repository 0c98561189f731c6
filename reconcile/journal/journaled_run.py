"""A run as its journal tells it: what it set out to do, what it wrote, and what of that took effect.

Guards, revert and history all ask this.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

from reconcile.clock import parse_utc_text
from reconcile.documents.codec import decode_leniently
from reconcile.model.result import Outcome, WriteEffect

from .hash_chain import ADVICE, BrokenChain, Entry, read_entries
from .lines import (
    CUT_OFF,
    LINE_KINDS,
    NOT_NOTED,
    AcknowledgedLine,
    BeginLine,
    EffectLine,
    EndLine,
    FollowedRun,
    IntentLine,
    OutcomeLine,
    RecordLine,
    ResolvedLine,
    RetiredLine,
    check_line,
)

L = TypeVar("L")

NO_EFFECT = "the write has not taken effect"
"""The finding that a later look settles a write with, when the contact is as it was before."""

UNWRITTEN = {Outcome.FAILED, Outcome.UNNECESSARY, Outcome.STALE, Outcome.NOT_TRIED}
"""The outcomes of changes that were surely not written, where the journal does not tell it of each write."""

ADDED_LATER = {LINE_KINDS[kind] for kind in (ResolvedLine, RetiredLine, AcknowledgedLine)}
"""The kinds of line that only later commands add."""


@dataclass(frozen=True, slots=True)
class JournaledRun:
    """A run as its journal tells it."""

    name: str
    path: Path
    lines: tuple[Entry, ...]

    def _entries(self, kind: type) -> list[Entry]:
        return [entry for entry in self.lines if entry.kind == LINE_KINDS[kind]]

    def _contents(self, kind: type[L]) -> tuple[L, ...]:
        return tuple(decode_leniently(kind, entry.content) for entry in self._entries(kind))

    @property
    def begun(self) -> BeginLine | None:
        """What the run set out to do; None when it was cut off before it could say so."""
        first = next(iter(self._entries(BeginLine)), None)
        return decode_leniently(BeginLine, first.content) if first and first.content else None

    @property
    def intents(self) -> tuple[IntentLine, ...]:
        """The writes that the run was about to send, in order."""
        return tuple(
            decode_leniently(IntentLine, entry.content, number=entry.number)
            for entry in self._entries(IntentLine)
        )

    @property
    def outcomes(self) -> tuple[OutcomeLine, ...]:
        """How the contacts' changes ended, in order."""
        return self._contents(OutcomeLine)

    @property
    def resolutions(self) -> tuple[ResolvedLine, ...]:
        """What later runs found of the writes that this one left in doubt."""
        return self._contents(ResolvedLine)

    @property
    def record(self) -> RecordLine | None:
        """What the run remembers; None when it was not complete, or was a run of an earlier version."""
        return next(iter(self._contents(RecordLine)), None)

    @property
    def account(self) -> str:
        """The account that the run was for."""
        return str(self.begun.account) if self.begun else ""

    @property
    def begun_at(self) -> datetime | None:
        """The instant that the run worked as of; None when it was cut off before it could say so.

        A run that was retired, since its clock was wrong, began before that at the latest: what it took away
        must count as recent for no longer, and for no shorter, than the guards' hours.
        """
        begun = self.begun
        at = parse_utc_text(begun.at) if begun and begun.at else None
        retired = self.retired.at if self.retired else NOT_NOTED
        return min(at, parse_utc_text(retired)) if at and retired else at

    @property
    def machine_time(self) -> datetime | None:
        """What the machine's clock showed when the run began; earlier versions noted only the instant."""
        begun = self.begun
        noted = (begun.machine or begun.at) if begun else None
        return parse_utc_text(noted) if noted else None

    @property
    def follows(self) -> Sequence[FollowedRun]:
        """The runs that were the last ones when this one began."""
        return self.begun.follows if self.begun else ()

    @property
    def retired(self) -> RetiredLine | None:
        """That somebody retired the run, and when first; None when nobody did."""
        return next(iter(self._contents(RetiredLine)), None)

    @property
    def ended(self) -> bool:
        """True when the run came to its end."""
        return bool(self._entries(EndLine))

    @property
    def ended_at(self) -> datetime | None:
        """The instant as of which the run came to its end; None where it did not note it."""
        noted = next((end.at for end in self._contents(EndLine) if end.at), NOT_NOTED)
        return parse_utc_text(noted) if noted else None

    @property
    def stopped(self) -> str | None:
        """Why the run ended early; None when it did not, or has no end."""
        return next((end.stopped for end in self._contents(EndLine)), None)

    @property
    def complete(self) -> bool:
        """True when the run came to its end and left nothing undone."""
        return any(end.complete for end in self._contents(EndLine))

    @property
    def due(self) -> bool:
        """True when the run only did what was due by the clock."""
        return bool(self.begun and self.begun.due)

    @property
    def own(self) -> tuple[Entry, ...]:
        """The lines that the run wrote itself, without those that later runs added when they looked at it."""
        return tuple(takewhile(lambda entry: not _added_later(entry), self.lines))

    def holds(self, followed: FollowedRun) -> bool:
        """True when the line that a later run saw last is still there, and is what it was."""
        number = followed.line
        return 0 < number <= len(self.lines) and self.lines[number - 1].hash == followed.hash

    def contacts(self, *outcomes: Outcome) -> frozenset[str | None]:
        """The ids of the contacts that ended in one of these ways."""
        return frozenset(line.contact for line in self.outcomes if line.outcome in outcomes)

    @property
    def effects(self) -> Mapping[int, EffectLine]:
        """The last word on the effect of each write, by the number of its line.

        Journals of earlier versions have none, and a crash may leave the last one out.
        """
        return {line.intent: line for line in self._contents(EffectLine)}

    @property
    def in_doubt(self) -> tuple[IntentLine, ...]:
        """The writes that must be looked at: the last of a contact that nobody has seen after it."""
        settled = {line.key for line in self.outcomes if not line.in_doubt}
        settled |= {line.key for line in self.resolutions}
        effects = self.effects
        last = {intent.key: intent for intent in self.intents if _may_have_applied(intent, effects, ())}
        return tuple(intent for key, intent in last.items() if key not in settled)

    @property
    def effective_writes(self) -> dict[str, tuple[IntentLine, ...]]:
        """The writes that may have taken effect, in order, by the key of the contact that they changed."""
        unwritten = {line.key for line in self.outcomes if line.outcome in UNWRITTEN}
        void = {line.key for line in self.resolutions if line.finding == NO_EFFECT}
        effects = self.effects
        sent: dict[str, tuple[IntentLine, ...]] = {}
        for intent in self.intents:
            if _may_have_applied(intent, effects, unwritten):
                sent[intent.key] = (*sent.get(intent.key, ()), intent)
        left = {key: without_last_write(writes) if key in void else writes for key, writes in sent.items()}
        return {key: writes for key, writes in left.items() if writes}

    @property
    def contact_ids(self) -> dict[str, str | None]:
        """The ids of contacts by the keys of their changes, as far as they became known after the writes."""
        ids = {effect.key: effect.contact for effect in self.effects.values()}
        return ids | {line.key: line.contact for line in self.outcomes if line.contact}

    @property
    def losses(self) -> tuple[OutcomeLine | ResolvedLine, ...]:
        """The lines that tell what a contact lost and nobody asked to take."""
        lines: tuple[OutcomeLine | ResolvedLine, ...] = (*self.outcomes, *self.resolutions)
        return tuple(line for line in lines if line.lost)

    @property
    def acknowledged(self) -> bool:
        """True when a person has accepted what contacts were known to have lost in the run then."""
        return bool(self._entries(AcknowledgedLine))

    @property
    def unaccepted_losses(self) -> tuple[OutcomeLine | ResolvedLine, ...]:
        """The losses that were noted after a person last accepted those known then: nobody has seen them."""
        accepted = max((entry.number for entry in self._entries(AcknowledgedLine)), default=0)
        return replace(self, lines=self.lines[accepted:]).losses


def _may_have_applied(
    intent: IntentLine, effects: Mapping[int, EffectLine], unwritten: Collection[str]
) -> bool:
    """Whether a write may have taken effect; where no line tells, as its contact's outcome says."""
    told = effects.get(intent.number)
    return intent.key not in unwritten if told is None else told.effect != WriteEffect.NOT_TAKEN


def _added_later(entry: Entry) -> bool:
    if entry.kind == LINE_KINDS[EndLine]:
        return decode_leniently(EndLine, entry.content).stopped == CUT_OFF
    return entry.kind in ADDED_LATER


def without_last_write(writes: Sequence[IntentLine]) -> tuple[IntentLine, ...]:
    """What may have taken effect of one contact's writes when the last one has not.

    An earlier write whose answer was lost took no effect either, if the contact read after it was unchanged.
    """
    return tuple(write for write in writes if write.before != writes[-1].before)


def read_run(path: Path) -> JournaledRun:
    """One run; BrokenChain when its journal is not what was written, or no run could have written it."""
    entries = read_entries(path)
    for entry in entries:
        refuse_odd_line(path, entry)
    return JournaledRun(path.stem, path, entries)


def refuse_odd_line(path: Path, entry: Entry) -> None:
    """BrokenChain for a line whose hash is right and whose content is none of a journal's."""
    try:
        check_line(entry)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        odd = "this line is sealed, but says what no run writes"
        raise BrokenChain(f"{path}:{entry.number}: {odd}: {reason}; {ADVICE}") from None


def named_time(run: str) -> datetime | None:
    """The instant that the name of a run holds; None when it holds none."""
    try:
        return datetime.strptime(run[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
