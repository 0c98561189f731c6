"""How an instant is written: for the API, and for people and plans."""

import re
from datetime import UTC, datetime

_ZULU = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)


def atom(instant: datetime) -> str:
    """An instant as the API takes it: ``2027-01-31T00:00:00+00:00`` (ATOM, to the second, in UTC)."""
    return f"{zulu(instant)[:-1]}+00:00"


def zulu(instant: datetime) -> str:
    """An instant as a plan shows it: ``2027-01-31T00:00:00Z``."""
    whole = instant.astimezone(UTC).replace(tzinfo=None)
    return f"{whole.isoformat(timespec='seconds')}Z"


def from_zulu(text: str) -> datetime:
    """The instant that ``zulu`` wrote; raises ValueError on any other form and on days that do not exist."""
    if not _ZULU.fullmatch(text):
        raise ValueError("an instant is written 2027-01-31T00:00:00Z")
    return datetime.fromisoformat(text)
