"""What a server tells of its limit in the headers of its answers.

Most are those of ``draft-ietf-httpapi-ratelimit-headers``, as its versions have them. Since 08 they are
``RateLimit-Policy: "name";q=100;w=60`` (quota, window) and ``RateLimit: "name";r=50;t=30`` (what remains, and
seconds until it is reset); in 07 ``RateLimit: limit=100, remaining=50, reset=30``; before that they were
``RateLimit-Remaining``, ``RateLimit-Reset`` and ``RateLimit-Policy: 100;w=60``. Many servers send others:
``X-RateLimit-Remaining`` with ``X-RateLimit-Reset``, which is in seconds, or a moment since 1970.

**What it is good for.** A window of up to a minute is a rate, and so is what remains of it. A longer one is a
budget, which need not be spread: until it is used up, nobody gains by going slower. Seconds are told as whole
numbers, so what remains of the last two says nothing.

**What it can't do.** It makes the client slower alone, never faster than it is configured, and by a factor of
twenty at most (`timetable.SLOWED`). Values that are no such numbers are not there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LONGEST = 60
"""Seconds of the longest window that is taken for a rate."""

SHORTEST = 2
"""Seconds until a reset from which on what remains is taken for a rate."""

_SINCE_1970 = 1_000_000_000
_PARAMETER = re.compile(r"(?:^|[;\s])(limit|remaining|reset|q|w|r|t)=([0-9]{1,12})(?![0-9.])", re.ASCII)
_LEADING = re.compile(r"([0-9]{1,12})\s*(?=;|$)", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,12}", re.ASCII)
_LONGEST_FIELD = 1_000


@dataclass(frozen=True, slots=True)
class ToldLimit:
    """That many requests a second are taken for some seconds."""

    rate: float
    seconds: float


def told_limit(headers: Mapping[str, str], now: float) -> ToldLimit | None:
    """The lowest limit that the headers of an answer tell; None where they tell none.

    ``headers`` are without regard to case. ``now`` is the server's time, in seconds since 1970.
    """
    rates = [
        *(ToldLimit(quota / window, LONGEST) for quota, window in _policies(headers)),
        *(ToldLimit(left / seconds, seconds) for left, seconds in _remainders(headers, now)),
    ]
    return min(rates, key=lambda told: told.rate, default=None)


def _policies(headers: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Quota and window of each policy that counts requests."""
    for item in _items(headers, "RateLimit-Policy"):
        values = _parameters(item)
        leading = _LEADING.match(item)
        quota = values.get("q", int(leading[1]) if leading else 0)
        window = values.get("w", 0)
        if "qu=" not in item and quota > 0 and 0 < window <= LONGEST:
            yield quota, window


def _remainders(headers: Mapping[str, str], now: float) -> Iterator[tuple[int, float]]:
    """What remains and for how many seconds, as far as that is a rate."""
    field = headers.get("RateLimit", "")[:_LONGEST_FIELD]
    of_items = [_parameters(item) for item in field.split(",")]
    pairs = [(values.get("r"), values.get("t")) for values in of_items]
    whole = _parameters(field.replace(",", ";"))
    pairs.append((whole.get("remaining"), whole.get("reset")))
    pairs += [
        (_number(headers, f"{prefix}-Remaining"), _number(headers, f"{prefix}-Reset"))
        for prefix in ("RateLimit", "X-RateLimit", "X-Rate-Limit")
    ]
    for left, reset in pairs:
        seconds = 0.0 if reset is None else reset - now if reset > _SINCE_1970 else float(reset)
        if left is not None and SHORTEST <= seconds <= LONGEST:
            yield left, seconds


def _items(headers: Mapping[str, str], name: str) -> list[str]:
    return [item.strip() for item in headers.get(name, "")[:_LONGEST_FIELD].split(",")]


def _parameters(item: str) -> dict[str, int]:
    return {name: int(value) for name, value in _PARAMETER.findall(item)}


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if _WHOLE.fullmatch(text) else None
