"""Instants in words: a whole day is named by its date in the plan's time zone, all else by the instant."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from reconcile.clock import day_ended_by, utc_text, zone


def end_text(instant: datetime, timezone: str) -> str:
    """The last day of a window that ends at the instant, else the instant."""
    return last_day(instant, timezone) or utc_text(instant)


def start_text(instant: datetime, timezone: str) -> str:
    """The first day of a window that starts at the instant, else the instant."""
    tz = _zone(timezone)
    whole = tz is not None and last_day(instant, timezone) is not None
    return instant.astimezone(tz).date().isoformat() if whole else utc_text(instant)


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
