"""What is said about one item of a contact: what happens to it and when, or why it is kept."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from reconcile.clock import day_ended_by, zone, zoned_text
from reconcile.model.contact import BY_ROLE, Grant
from reconcile.model.facets import SETS, Facet
from reconcile.model.plans.operation import Action, Kept, Operation, Origin, OriginKind, Value
from reconcile.model.plans.plan import Boundary
from reconcile.render.escape import Dialect


def end_text(instant: datetime, timezone: str) -> str:
    """The last day of a window that ends at the instant, else the instant."""
    return last_day(instant, timezone) or zoned_text(instant, timezone)


def start_text(instant: datetime, timezone: str) -> str:
    """The first day of a window that starts at the instant, else the instant."""
    tz = _zone(timezone)
    whole = tz is not None and last_day(instant, timezone) is not None
    return instant.astimezone(tz).date().isoformat() if whole else zoned_text(instant, timezone)


def boundary_text(boundary: Boundary, timezone: str) -> str:
    """What happens at a boundary: ``starts 2027-01-31``, ``lapses 2027-01-31 (end of day)``."""
    if boundary.starts:
        return f"starts {start_text(boundary.at, timezone)}"
    end_of_day = " (end of day)" if last_day(boundary.at, timezone) else ""
    return f"lapses {end_text(boundary.at, timezone)}{end_of_day}"


@lru_cache(maxsize=4_096)
def last_day(instant: datetime, timezone: str) -> str | None:
    """The day whose end the instant is; None when it is not the end of one."""
    tz = _zone(timezone)
    day = day_ended_by(instant, tz) if tz else None
    return day.isoformat() if day else None


def day_text(instant: datetime, timezone: str) -> str:
    """The day on which the instant lies."""
    try:
        return instant.astimezone(_zone(timezone)).date().isoformat()
    except OverflowError:  # the last day of the year 9999 lies a day later in the east
        return instant.date().isoformat()


def _zone(name: str) -> ZoneInfo | None:
    """The time zone; None when a plan from elsewhere names one that is not known here."""
    try:
        return zone(name)
    except ValueError:
        return None


SYMBOLS = {Action.ADD: "+", Action.CHANGE: "~", Action.REMOVE: "-"}

KEPT = "="

LAPSED = "."

BYPASS = " (bypasses approval)"


@dataclass(frozen=True, slots=True)
class OperationText:
    """The words for single items, in one dialect and with days of the plan's time zone.

    ``reverting``: the plan undoes a run, so that what it takes back was not held before that run; no
    declaration has a say in it.
    """

    timezone: str
    dialect: Dialect
    reverting: bool = False

    def operation(self, operation: Operation) -> str:
        """What happens to an item, without its name and its reason; empty when the symbol says it all."""
        if operation.facet is Facet.CONTACT:
            return f"of type {self.dialect.name(str(operation.after))}"
        if operation.facet is Facet.ROLES:
            return self._role(operation)
        return self._tag(operation) if operation.facet in SETS else self._field(operation)

    def kept(self, kept: Kept) -> str:
        """Why an item stays, and for a role how it is held where that is not plainly active for ever."""
        parts = [self._kept_reason(kept.origin)]
        if isinstance(kept.value, Grant):
            parts += [] if kept.value.active else [self.status(kept.value)]
            parts += [self.expiry(kept.value.expires)] if kept.value.expires else []
        elif kept.origin.at is not None:
            parts.append(self._until(kept.origin.at))
        return ", ".join(parts)

    def lapsed(self, grant: Grant) -> str:
        """When a grant lapsed that is not carried along."""
        return f"expired {self._end(grant.expires)}, not carried along" if grant.expires else "lapsed"

    def only_until(self, operation: Operation) -> str:
        """A role that is cut short: ``newsletter only until 2027-01-31``."""
        expires = operation.after.expires if isinstance(operation.after, Grant) else None
        return f"{self.dialect.name(operation.item)} only {self._until(expires)}"

    def _role(self, operation: Operation) -> str:
        before, after = operation.before, operation.after
        if not isinstance(after, Grant):
            return self.removal_reason(operation.origin) + self._was(before)
        if isinstance(before, Grant):
            return self._change(before, after) + self._bundle(operation.origin)
        return self._new(after, skips_approval=operation.skips_approval) + self._bundle(operation.origin)

    def _new(self, grant: Grant, *, skips_approval: bool) -> str:
        bypass = BYPASS if skips_approval else ""
        return f"{self.status(grant)}{bypass}, {self.expiry(grant.expires)}"

    def _was(self, before: Value) -> str:
        """How the role was held, where less is lost than it seems: a role that waited opened nothing."""
        return f" (was {self.status(before)})" if isinstance(before, Grant) and not before.active else ""

    def _tag(self, operation: Operation) -> str:
        origin = operation.origin
        if operation.action is Action.REMOVE:
            return self.removal_reason(origin)
        return (self._until(origin.at) + self._bundle(origin)).lstrip()

    def _field(self, operation: Operation) -> str:
        after = self.text(operation.after)
        return after if operation.before is None else f"{self.text(operation.before)} → {after}"

    def text(self, value: Value) -> str:
        """The value of a field."""
        return self.dialect.quote(value) if isinstance(value, str) else "empty"

    def held(self, grant: Grant) -> str:
        """How a role is held: ``active, expires 2027-01-31 (end of day, Europe/London)``."""
        return f"{self.status(grant)}, {self.expiry(grant.expires)}"

    def status(self, grant: Grant) -> str:
        """The status of a role in words."""
        if not grant.readable:
            return "not told by the account"
        return "by the role's own rules" if grant.status == BY_ROLE else self.dialect.name(grant.status)

    def _change(self, before: Grant, after: Grant) -> str:
        parts = []
        if before.status != after.status:
            bypass = BYPASS if after.active else ""
            parts.append(f"{self.status(before)} → {self.status(after)}{bypass}")
        if before.expires != after.expires:
            parts.append(self.expiry_change(before.expires, after.expires))
        return ", ".join(parts) or "written again"

    def expiry_change(self, before: datetime | None, after: datetime | None) -> str:
        """Both ends of a role, and which way it went."""
        if before is not None and after is not None:
            how = "lengthened" if after > before else "shortened"
            return f"expires {self._end(before)} → {self._end(after)} ({how})"
        how = "lengthened" if after is None else "shortened"
        return f"{self._expires(before)} → {self._expires(after)} ({how})"

    def expiry(self, expires: datetime | None) -> str:
        """An expiry with the zone that the day is meant in."""
        whole = expires is not None and last_day(expires, self.timezone) is not None
        zone = f" (end of day, {self.dialect.name(self.timezone)})" if whole else ""
        return self._expires(expires) + zone

    def _expires(self, expires: datetime | None) -> str:
        return "perpetual" if expires is None else f"expires {self._end(expires)}"

    def _until(self, end: datetime | None) -> str:
        return "" if end is None else f"until {self._end(end)}"

    def _end(self, instant: datetime) -> str:
        return end_text(instant, self.timezone)

    def _bundle(self, origin: Origin) -> str:
        bundle = origin.detail if origin.kind is OriginKind.BUNDLE else None
        return f" (bundle {self.dialect.name(bundle)})" if bundle else ""

    def removal_reason(self, origin: Origin) -> str:
        """Why an item is not in the target."""
        match origin.kind:
            case OriginKind.LAPSED:
                return f"lapsed {self._end(origin.at)}" if origin.at else "lapsed"
            case OriginKind.NOT_STARTED:
                return f"not before {start_text(origin.at, self.timezone)}" if origin.at else "not started"
            case OriginKind.ABSENT:
                return "state: absent"
            case OriginKind.UNDECLARED if origin.detail:
                return f"not declared, authoritative by {self.dialect.name(origin.detail)}"
            case _:
                return "not held before the run" if self.reverting else "not declared"

    def _kept_reason(self, origin: Origin) -> str:
        match origin.kind:
            case OriginKind.IGNORED:
                return f"kept: ignored by {self.dialect.name(origin.detail or '')}"
            case OriginKind.ADDITIVE:
                return "kept: additive"
            case _:
                return "kept" + self._bundle(origin)
