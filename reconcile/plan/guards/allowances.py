"""Overrides in the declarations: which entries under ``allow`` lift a guard, and what one would have to say.

An entry lifts only where it is new (design, section 7): not in the base, nor in the record of the last
complete run. So it can't be left standing to lift the guard once more for somebody else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from reconcile import clock
from reconcile.documents.json_text import digest_of
from reconcile.model.allowance import MOST_DAYS, Allowance, SuggestedAllowance, is_about
from reconcile.model.baseline import EntryKey
from reconcile.model.contact import Identity
from reconcile.model.guards import LiftedBy, Verdict, guard_named
from reconcile.model.plans.plan import PlanContext
from reconcile.model.problem import Place

from .facts import GuardCount

SUGGESTED_DAYS = 7
"""Number of days that a suggested entry holds."""

MOST_NAMED = 20
"""Maximum number of people that a suggested entry names, then it has a ceiling."""


def allowance_digest(allowance: Allowance) -> str:
    """What makes an entry the same as one of an earlier run; why it is there makes no difference."""
    contacts = sorted(map(asdict, allowance.contacts), key=repr)
    until = clock.utc_text(allowance.until)
    return digest_of(
        {"guard": allowance.guard, "contacts": contacts, "ceiling": allowance.ceiling, "until": until}
    )


def allowance_digests(entries: Iterable[Allowance]) -> frozenset[str]:
    """Those of all entries, for what later ones are compared with."""
    return frozenset(map(allowance_digest, entries))


@dataclass(frozen=True)
class Overrides:
    """The declared entries as of one instant; ``spent`` are the digests of those that are not new."""

    entries: tuple[Allowance, ...]
    spent: frozenset[str]
    now: datetime
    zone: ZoneInfo

    @classmethod
    def of(cls, context: PlanContext) -> "Overrides":
        """Those of a plan. A revert has no declarations, and so none.

        What a complete run has carried lifts nothing again, whatever the base is: also where that run was
        retired since, or where the entry was deleted and is back.
        """
        entries = () if context.revert else context.allowances
        baseline, record = context.baseline, context.remembered.record
        known = (source.allowances for source in (baseline, record) if source is not None)
        spent = context.remembered.spent.union(*known)
        return cls(entries, spent, context.now, clock.zone(context.policy.timezone))

    @cached_property
    def idle(self) -> dict[Allowance, str]:
        """Why entries lift nothing, whatever a guard says, in words."""
        return {entry: reason for entry in self.entries if (reason := self._idle_reason(entry))}

    def _idle_reason(self, entry: Allowance) -> str:
        if allowance_digest(entry) in self.spent:
            return "is not new, so it lifts nothing any more"
        if entry.until <= self.now:
            return f"ended at {clock.zoned_text(entry.until, self.zone.key)}, so it lifts nothing any more"
        return ""

    def of_guard(self, guard: str) -> tuple[Allowance, ...]:
        """The entries that may lift a guard."""
        return tuple(entry for entry in self.entries if entry.guard == guard and entry not in self.idle)

    def dated(self, guard: str, contacts: tuple[str, ...], ceiling: int | None) -> SuggestedAllowance:
        """An entry that would be new: one that says the same and ends on the same day would lift nothing."""
        keys = tuple(EntryKey(id=contact) for contact in contacts)
        known = {*self.spent, *map(allowance_digest, self.entries)}
        days = [self._day(ahead) for ahead in (*range(SUGGESTED_DAYS, MOST_DAYS + 1), *range(SUGGESTED_DAYS))]
        for day in days:
            ends = clock.end_of(day, self.zone)
            entry = Allowance(guard, ends, "", Place(""), keys, ceiling)
            if allowance_digest(entry) not in known:
                return SuggestedAllowance(day.isoformat(), contacts, ceiling)
        return SuggestedAllowance(days[0].isoformat(), contacts, ceiling)

    def _day(self, ahead: int) -> date:
        today = clock.day_of(self.now, self.zone)
        return date.fromordinal(min(today.toordinal() + ahead, date.max.toordinal()))

    def notes(self, lifting: Iterable[Allowance]) -> Iterator[str]:
        """A sentence for each entry that lifts nothing."""
        used = set(lifting)
        for entry in self.entries:
            if entry in self.idle:
                yield f"{_entry_text(entry)} {self.idle[entry]}: delete it"
            elif entry not in used:
                yield f"{_entry_text(entry)} lifts nothing in this plan"


def _entry_text(entry: Allowance) -> str:
    return f"the entry under 'allow' for {entry.guard} at {_place_text(entry.place)}"


def _place_text(place: Place) -> str:
    return f"{place.file}:{place.line}"


@dataclass(frozen=True)
class Lifting:
    """One guard, what its check has counted, and the entries that may lift it."""

    guard: str
    count: GuardCount
    overrides: Overrides

    @cached_property
    def entries(self) -> tuple[Allowance, ...]:
        """The entries for the guard that are new and hold now."""
        return self.overrides.of_guard(self.guard)

    @cached_property
    def ceiling(self) -> int:
        """How far the entries lift it together."""
        return sum(entry.ceiling or 0 for entry in self.entries)

    @cached_property
    def left(self) -> tuple[int, ...]:
        """The numbers of the subjects that are not about named people alone."""
        return tuple(number for number in range(len(self.count.subjects)) if not self._is_named(number))

    def _is_named(self, number: int) -> bool:
        people = self.count.people[number] if self.count.people else ()
        return bool(people) and self.named.issuperset(people)

    @cached_property
    def named(self) -> frozenset[Identity]:
        """Who is named among those whom the guard counts; a name that two of them have is nobody's."""
        people = {who for subject in self.count.people for who in subject}
        keys = {key for entry in self.entries for key in entry.contacts}
        found = ([who for who in people if is_about(key, who)] for key in keys)
        return frozenset(matches[0] for matches in found if len(matches) == 1)

    @property
    def found(self) -> int:
        """What the guard counts without what is about named people."""
        return self.count.found - len(self.count.subjects) + len(self.left)

    @property
    def trips(self) -> bool:
        """True when the guard would refuse the plan without any entry."""
        return self.count.found > self.count.limit

    @property
    def lifted(self) -> bool:
        """True when it trips, and the entries together let the plan through."""
        return self.trips and bool(self.entries) and self.found <= max(self.count.limit, self.ceiling)

    def verdict(self) -> Verdict:
        """What the guard says; where nothing lifts it, why not, and what would."""
        count = self.count
        verdict = Verdict(
            self.guard, not self.trips, count.message, count.found, count.limit, count.subjects, self.lifted
        )
        if not verdict.refuses:
            return verdict
        return replace(verdict, message=count.message + self.why_not, to_allow=self.suggestion)

    @property
    def needed(self) -> tuple[Allowance, ...]:
        """The entries that lift it: whoever they name is counted, and ceilings where that is not enough."""
        return tuple(
            entry
            for entry in self.entries
            if any(map(entry.names, self.named)) or (entry.ceiling and self.found > self.count.limit)
        )

    @property
    def why_not(self) -> str:
        """The entries for the guard that lift nothing, as the end of its message."""
        idle = self.overrides.idle.items()
        return "".join(f"; {_entry_text(entry)} {why}" for entry, why in idle if entry.guard == self.guard)

    @property
    def suggestion(self) -> SuggestedAllowance | None:
        """What one more entry would have to say: people where these are few and have ids, else the number."""
        ways = guard_named(self.guard).lifted_by
        if not ways:
            return None
        ids = self._ids_left()
        contacts = ids if ways[0] is LiftedBy.CONTACTS and 0 < len(ids) <= MOST_NAMED else ()
        ceiling = None if contacts else self.found - self.ceiling
        return self.overrides.dated(self.guard, contacts, ceiling)

    def _ids_left(self) -> tuple[str, ...]:
        """The ids of all people whom the guard still counts; none where one has no number that names it."""
        left = [self.count.people[number] if self.count.people else () for number in self.left]
        ids = {who.id for subject in left for who in subject}
        known = all(left) and all(name.isascii() and name.isdigit() for name in ids)
        return tuple(sorted(ids, key=lambda name: (len(name), name))) if known else ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What all guards say of a plan, which entries lift some of them, and notes on the other entries."""

    verdicts: tuple[Verdict, ...]
    lifting: tuple[Allowance, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, counts: Mapping[str, GuardCount], overrides: Overrides) -> "Evaluation":
        """What the guards say of what their checks have counted."""
        liftings = [Lifting(guard, count, overrides) for guard, count in counts.items()]
        lifting = tuple(entry for one in liftings if one.lifted for entry in one.needed)
        return cls(tuple(one.verdict() for one in liftings), lifting, tuple(overrides.notes(lifting)))
