"""Dates, windows and time zones. Pure: "now" is always an argument.

Every instant inside the program is an aware datetime in UTC, in whole seconds.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

EARLIEST = datetime.min.replace(tzinfo=UTC)

LATEST = datetime.max.replace(tzinfo=UTC, microsecond=0)

DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:?[0-5]\d)", re.ASCII
)


@cache
def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name; raises ValueError when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"'{name}' is not a time zone of the IANA database") from error


def parse_day(text: str) -> date | None:
    """The day that ``YYYY-MM-DD`` names; None when the text has another form. ValueError: no such day."""
    return date.fromisoformat(text) if DATE.fullmatch(text) else None


def parse_instant(text: str) -> datetime | None:
    """The instant of an ISO 8601 date-time with offset (RFC 3339, ATOM); None when the text has another form.

    Fractions of a second are cut off, since grants are compared to the second. ValueError: no such time.
    """
    if not DATE_TIME.fullmatch(text):
        return None
    whole = re.sub(r"\.\d+", "", text.upper())
    return to_utc(datetime.fromisoformat(whole))


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC, held within the years 1 to 9999."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return EARLIEST if moment.year == 1 else LATEST


def later(moment: datetime, by: timedelta) -> datetime:
    """The instant so much later, or earlier by a negative span; held within the years 1 to 9999."""
    try:
        return moment + by
    except OverflowError:
        return LATEST if by > timedelta(0) else EARLIEST


@lru_cache(maxsize=4096)
def start_of(day: date, tz: ZoneInfo) -> datetime:
    """The first instant of a day in a time zone; in a zone that skips midnight, the first that exists.

    Cached, since declarations name the same few days again and again.
    """
    midnight = datetime.combine(day, time.min, tzinfo=tz)
    before, after = (to_utc(midnight.replace(fold=fold)) for fold in (0, 1))
    # In a gap the offset from before the jump (fold 0) gives the later instant of the two (PEP 495).
    return _jump(after, before, tz) if after < before else before


def _jump(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """The first second after ``low`` at which the zone already has the offset that it has at ``high``."""
    offset = high.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (low, middle) if middle.astimezone(tz).utcoffset() == offset else (middle, high)
    return high


def end_of(day: date, tz: ZoneInfo) -> datetime:
    """The first instant after a day in a time zone: a bare ``expires`` date covers that whole day."""
    return start_of(day + timedelta(days=1), tz) if day < date.max else LATEST


def day_of(instant: datetime, tz: ZoneInfo) -> date:
    """The day of an instant in a time zone, within the years 1 to 9999."""
    try:
        return instant.astimezone(tz).date()
    except OverflowError:
        return instant.astimezone(UTC).date()


def day_ended_by(instant: datetime, tz: ZoneInfo) -> date | None:
    """The day whose end that instant is in the time zone; None when it is not the end of a day."""
    if instant == LATEST:
        return date.max
    try:
        day = instant.astimezone(tz).date() - timedelta(days=1)
    except OverflowError:
        return None
    return day if end_of(day, tz) == instant else None


_UTC_TEXT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)


def utc_text(instant: datetime) -> str:
    """An instant as a plan shows it: ``2027-01-31T00:00:00Z``."""
    whole = instant.astimezone(UTC).replace(tzinfo=None)
    return f"{whole.isoformat(timespec='seconds')}Z"


def zoned_text(instant: datetime, timezone: str) -> str:
    """An instant for people, in a time zone that is named: ``2026-12-01 00:00 (Europe/London)``.

    Seconds and the offset stand there where only they tell which instant is meant. UTC stands in for a zone
    that is not known here, and for one in which the instant lies outside of the years 1 to 9999.
    """
    try:
        local, name = instant.astimezone(zone(timezone)), timezone
    except (ValueError, OverflowError):
        local, name = instant.astimezone(UTC), "UTC"
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    shown = local if twice else local.replace(tzinfo=None)
    return f"{shown.isoformat(' ', 'seconds' if local.second else 'minutes')} ({name})"


def parse_utc_text(text: str) -> datetime:
    """The instant that ``utc_text`` wrote. ValueError: any other form, and days that do not exist."""
    if not _UTC_TEXT.fullmatch(text):
        raise ValueError("an instant is written 2027-01-31T00:00:00Z")
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class Window:
    """From ``starts`` (included) to ``expires`` (excluded), instants in UTC; None is open."""

    starts: datetime | None = None
    expires: datetime | None = None

    def lapsed(self, now: datetime) -> bool:
        """True from the instant of expiry on."""
        return self.expires is not None and self.expires <= now

    def pending(self, now: datetime) -> bool:
        """True until the window starts."""
        return self.starts is not None and self.starts > now

    def contains(self, now: datetime) -> bool:
        """True while the window is open."""
        return not self.pending(now) and not self.lapsed(now)


OPEN = Window()


@dataclass(frozen=True, slots=True)
class ServerTime:
    """What the server's clock shows now, in seconds since 1970.

    It lies between the two: when on its way the answer got its ``Date`` is not known.
    """

    earliest: float
    latest: float

    @property
    def instant(self) -> datetime:
        """The earliest of it, to be noted."""
        within = min(max(self.earliest, EARLIEST.timestamp()), LATEST.timestamp())
        return datetime.fromtimestamp(int(within), UTC)

    def lead_of(self, machine: datetime) -> float:
        """The seconds that a machine's clock is surely ahead of the server's; below 0, behind it."""
        shown = machine.timestamp()
        return max(0.0, shown - self.latest) or min(0.0, shown - self.earliest)
