"""What is said about items that the clock will give or take, and about those whose window has closed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic

from reconcile.model.baseline import Comparison
from reconcile.model.contact import BY_ROLE
from reconcile.model.facets import Facet
from reconcile.model.plans.entries import Row
from reconcile.model.plans.operation import Action, OriginKind
from reconcile.model.plans.plan import Plan
from reconcile.model.plans.schedule import SOON_DAYS, Lapsing, Scheduled, Withheld
from reconcile.render.escape import Dialect
from reconcile.text import count, listed, verb_form

from .names import BELOW, IN_JSON, place_text, short_name
from .operation_text import BYPASS, OperationText, end_text, last_day, start_text

SCHEDULED = ">"

WITHHELD = "."

_COMPARISONS = {
    Comparison.NEW: " (scheduled)",
    Comparison.CHANGED: " (scheduled otherwise than before)",
    Comparison.TAKEN_BACK: " (schedule taken back)",
    Comparison.KNOWN: "",
}

_ROWS_SHOWN = 20
"""Maximum number of rows in a section of what is to come or withheld, then how many more there are."""

LAPSES_SOON = f"Lapses within {SOON_DAYS} days, soonest first"
"""The title of what contacts hold and lose soon."""


@dataclass(frozen=True, slots=True)
class ScheduleText:
    """The words for scheduled and withheld items, in one dialect and with days of the plan's time zone."""

    timezone: str
    dialect: Dialect

    def scheduled(self, row: Scheduled) -> str:
        """When an item comes or goes, and what is new about that, without its name."""
        return f"{self.event(row)}{_COMPARISONS[row.comparison]}"

    def event(self, row: Scheduled) -> str:
        """``starts 2026-12-01, perpetual``, ``ends 2027-03-31 (end of day, Europe/London)``."""
        if row.action is Action.REMOVE:
            verb = "no longer ends" if row.taken_back else "ends"
            return f"{verb} {self._end(row.window.expires)}".rstrip()
        if row.taken_back:
            return f"no longer starts {self._start(row.window.starts)}".rstrip()
        start = f"starts {self._start(row.window.starts)}".rstrip()
        return ", ".join(filter(None, (start, self._status(row), self._lasting(row))))

    def withheld(self, row: Withheld) -> str:
        """Why a declared item is not given: ``withheld: its window closed on 2026-10-31``."""
        end = row.window.expires
        if end is None:
            return "withheld: its window has closed"
        preposition = "on" if last_day(end, self.timezone) else "at"
        return f"withheld: its window closed {preposition} {end_text(end, self.timezone)}"

    def lapsing(self, row: Lapsing) -> str:
        """When an item ends, and where that is declared or why it is kept."""
        origin, place = row.origin, row.origin.place
        why = f"declared at {place_text(place, self.dialect)}" if place else origin.kind.value
        by = (
            f" by {self.dialect.name(origin.detail)}"
            if origin.kind is OriginKind.IGNORED and origin.detail
            else ""
        )
        return f"lapses {self._end(row.expires)}, {why}{by}"

    def first(self, rows: Iterable[Scheduled]) -> str:
        """When the first of these happens; empty when none tells."""
        instants = [
            (instant, row)
            for row in rows
            if (instant := row.window.expires if row.action is Action.REMOVE else row.window.starts)
        ]
        if not instants:
            return ""
        instant, row = min(instants, key=lambda pair: pair[0])
        return (end_text if row.action is Action.REMOVE else start_text)(instant, self.timezone)

    def _status(self, row: Scheduled) -> str:
        status = "" if row.status in {None, BY_ROLE} else self.dialect.name(row.status or "")
        return f"{status}{BYPASS}" if row.skips_approval else status

    def _lasting(self, row: Scheduled) -> str:
        """How long the item will stay; a tag is there for ever where nothing else is said."""
        if row.facet is Facet.ROLES:
            return OperationText(self.timezone, self.dialect).expiry(row.window.expires)
        return f"until {end_text(row.window.expires, self.timezone)}" if row.window.expires else ""

    def _start(self, instant: datetime | None) -> str:
        return start_text(instant, self.timezone) if instant else ""

    def _end(self, instant: datetime | None) -> str:
        if instant is None:
            return ""
        day, zone = last_day(instant, self.timezone), self.dialect.name(self.timezone)
        return f"{day} (end of day, {zone})" if day else end_text(instant, self.timezone)


def scheduled_counts(plan: Plan, dialect: Dialect) -> Iterator[str]:
    """``2 items are scheduled``, ``1 schedule is taken back``; where nothing is done now, with a date."""
    coming = [row for row in plan.scheduled if row.coming]
    if coming:
        first = ScheduleText(plan.timezone, dialect).first(coming) if plan.empty else ""
        when = f"{',' if len(coming) == 1 else ', the first'} for {first}" if first else ""
        yield f"{count(len(coming), 'item')} {verb_form(len(coming), 'is', 'are')} scheduled{when}"
    back = sum(row.taken_back for row in plan.scheduled)
    if back:
        yield f"{count(back, 'schedule')} {verb_form(back, 'is', 'are')} taken back"


def privileged_schedules(plan: Plan, dialect: Dialect, rest: str = BELOW) -> Iterator[str]:
    """``1 privileged role is scheduled: administrator for bob@email.com from 2026-12-01``."""
    rows = [row for row in plan.scheduled if row.coming and row.privileged]
    if rows:
        number, are = len(rows), verb_form(len(rows), "is", "are")
        shown = listed([_coming(row, plan.timezone, dialect) for row in rows], "; ", rest)
        yield f"{count(number, 'privileged role')} {are} scheduled: {shown}"


def schedules_past_approval(plan: Plan, dialect: Dialect) -> Iterator[str]:
    """``1 role will be activated past approval: trade-account for bob@email.com from 2026-12-01``."""
    rows = [row for row in plan.scheduled if row.coming and row.skips_approval]
    if rows:
        shown = listed([_coming(row, plan.timezone, dialect) for row in rows], "; ", BELOW)
        yield f"{count(len(rows), 'role')} will be activated past approval: {shown}"


def _coming(row: Scheduled, timezone: str, dialect: Dialect) -> str:
    start = f" from {start_text(row.window.starts, timezone)}" if row.window.starts else ""
    return f"{dialect.name(row.item)} for {short_name(row.contact, dialect)}{start}"


@dataclass(frozen=True, slots=True)
class Cut(Generic[Row]):
    """The first rows of a section, and a sentence that says where the others are; empty if there are none."""

    rows: tuple[Row, ...]
    rest: str = ""


def cut_rows(rows: tuple[Row, ...], most: int = _ROWS_SHOWN) -> Cut[Row]:
    """The rows that a section shows, soonest first, and how many more there are."""
    left = len(rows) - most
    return Cut(rows[:most], f"and {left:,} more{IN_JSON}" if left > 0 else "")
