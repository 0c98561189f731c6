"""How an instant is written: for the API, and for people and plans."""

from datetime import UTC, datetime


def atom(instant: datetime) -> str:
    """An instant as the API takes it: ``2027-01-31T00:00:00+00:00`` (ATOM, to the second, in UTC)."""
    return f"{_stem(instant)}+00:00"


def zulu(instant: datetime) -> str:
    """An instant as a plan shows it: ``2027-01-31T00:00:00Z``."""
    return f"{_stem(instant)}Z"


def _stem(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
