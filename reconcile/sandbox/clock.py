"""Instants of the sandbox: whole seconds since 1970 inside, ATOM text outside, and a clock of its own."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Now = Callable[[], datetime]

_ATOM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", re.ASCII)

_OLDEST = datetime(1970, 1, 1, tzinfo=UTC)

_NEWEST = datetime(9998, 12, 31, tzinfo=UTC)

_LONDON = "Europe/London"


def from_atom(text: str) -> int:
    """Seconds since 1970 for an ATOM date-time such as ``2026-12-31T00:00:00+00:00``.

    Raises ValueError for anything else: a bare date, fractions, no offset, no such day.
    """
    if not _ATOM.fullmatch(text):
        raise ValueError(text)
    instant = datetime.fromisoformat(text)
    if not _OLDEST <= instant <= _NEWEST:
        raise ValueError(text)
    return int(instant.timestamp())


def to_atom(seconds: int, zone: str = "utc") -> str:
    """ATOM text of an instant, in UTC or (``zone="london"``) with London's offset of that day."""
    timezone = UTC if zone == "utc" else ZoneInfo(_LONDON)
    return datetime.fromtimestamp(seconds, timezone).isoformat()


def machine_time() -> datetime:
    """The machine's time. JWT assertions are judged by it: their makers know no other clock."""
    return datetime.now(UTC)


class Clock:
    """The sandbox's own time: the machine's, a fixed instant, or the machine's moved by some seconds."""

    def __init__(self, source: Now | datetime | None = None) -> None:
        self._first_source = _as_source(source)
        self._source = self._first_source
        self._moved_by = 0

    def now(self) -> int:
        """The instant, in seconds since 1970."""
        return int(self._source().timestamp()) + self._moved_by

    def fix(self, seconds: int) -> None:
        """Stand still at this instant."""
        self._source = _as_source(datetime.fromtimestamp(seconds, UTC))
        self._moved_by = 0

    def advance(self, seconds: int) -> None:
        """Move forward (or, below 0, back) and keep running as before."""
        self._moved_by += seconds

    def release(self) -> None:
        """Return to the time that this clock was made with."""
        self._source = self._first_source
        self._moved_by = 0


def _as_source(source: Now | datetime | None) -> Now:
    match source:
        case None:
            return machine_time
        case datetime():
            fixed = source if source.tzinfo else source.replace(tzinfo=UTC)
            return lambda: fixed
        case _:
            return source
