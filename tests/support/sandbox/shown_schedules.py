"""What applied plans have shown of later: the clock may do just that, and nothing else.

A schedule is a person, an item, what the clock will do with it, and its window. The plan's JSON shows it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.sandbox.account_changes import Item
from tests.support.sandbox.random_entries import PEOPLE, Entry, windows

Window = tuple[datetime | None, datetime | None]

Schedule = tuple[str, Item, str, Window]
"""The person's number, the item, ``add`` or ``remove``, and the item's window."""

Plan = Mapping[str, Any]


@dataclass(frozen=True)
class Memory:
    """What a complete run remembers: the entries, and all that was shown of later for them."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    shown: frozenset[Schedule] = frozenset()

    def after(self, plan: Plan, wanted: Mapping[str, Entry]) -> "Memory":
        """What is remembered once a plan of these entries is carried out; the others are taken over."""
        numbers = persons_in_scope(plan, wanted)
        others = {*wanted} & {*self.entries} - numbers
        kept = {number: self.entries[number] for number in others}
        return Memory(
            {**kept, **{number: wanted[number] for number in numbers}},
            frozenset(shown_by(plan, wanted)) | {row for row in self.shown if row[0] in others},
        )


def persons_in_scope(plan: Plan, wanted: Mapping[str, Entry]) -> set[str]:
    """The numbers of the entries that a plan is about."""
    scope = plan.get("scope")
    if scope is None:
        return {*wanted}
    numbers = {email: number for number, email in PEOPLE.items()}
    return {key["id"] or numbers[key["email"]] for key in scope["contacts"]}


def shown_by(plan: Plan, wanted: Mapping[str, Entry]) -> Iterator[Schedule]:
    """What a plan shows of later; each entry has a line of its own in its file."""
    numbers = list(wanted)
    for row in plan.get("scheduled", ()):
        if row["comparison"] != "taken back":
            number = numbers[row["contact"]["source"]["line"] - 2]
            window = (_instant(row["starts"]), _instant(row["expires"]))
            yield number, (row["facet"], row["item"]), row["action"], window


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def declared_schedules(wanted: Mapping[str, Entry], now: datetime) -> Iterator[Schedule]:
    """All that the entries say of later."""
    for number, entry in wanted.items():
        for item, (starts, expires) in windows(entry).items():
            if starts is not None and starts > now:
                yield number, item, "add", (starts, expires)
            elif item[0] == "tags" and expires is not None and expires > now:
                yield number, item, "remove", (starts, expires)


def is_shown(schedule: Schedule, shown: Collection[Schedule]) -> bool:
    """A tag that is yet to start was shown with its end."""
    number, item, _, window = schedule
    return schedule in shown or (item[0] == "tags" and (number, item, "add", window) in shown)


def due_of(schedules: Iterable[Schedule], after: datetime, now: datetime) -> set[tuple[str, Item, str]]:
    """What the clock does between two instants if nobody else does anything."""
    return {
        (number, item, action)
        for number, item, action, (starts, expires) in schedules
        if after < (starts if action == "add" else expires or after) <= now  # type: ignore[operator]
        if action == "remove" or expires is None or now < expires
    }
