"""Date-times as the API writes and reads them (ATOM: ISO 8601 with offset), both directions."""

import re
from datetime import UTC, datetime

from reconcile.clock import utc_text


def atom_text(instant: datetime) -> str:
    """An instant as the API takes it: ``2027-01-31T00:00:00+00:00`` (ATOM, to the second, in UTC)."""
    return f"{utc_text(instant)[:-1]}+00:00"


_ATOM = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d+)?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII)


def parse_atom(text: str) -> datetime | None:
    """An ATOM date-time (ISO 8601 with offset) in UTC and whole seconds; None for any other text."""
    match = _ATOM.fullmatch(text)
    if match is None:
        return None
    day, time, offset = match.groups()
    try:
        return datetime.fromisoformat(f"{day}T{time}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
