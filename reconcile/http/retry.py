"""How often a request is tried and how long is waited before another try: back-off and ``Retry-After``."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Timing:
    """Every touch of time and chance: seconds that only grow, seconds since 1970, sleeping, 0 to 1."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long one request is tried. Times are in seconds.

    ``connecting`` limits the tries when nothing listens, ``reading`` those when a response is not JSON: both
    seldom heal by waiting. ``ceiling`` limits one back-off, ``total`` the time of all tries together.
    """

    tries: int = 8
    connecting: int = 4
    reading: int = 3
    first_delay: float = 0.5
    ceiling: float = 30.0
    total: float = 300.0

    def delay(self, attempt: int, chance: float = 1.0) -> float:
        """The back-off after that many tries: doubled each time up to the ceiling, half of it by chance."""
        longest = min(self.ceiling, self.first_delay * 2.0 ** min(attempt - 1, 32))
        return longest * (1 + chance) / 2


def retry_after(header: str | None, now: float) -> float | None:
    """The seconds that a ``Retry-After`` asks for, in either form (RFC 9110, 10.2.3); None without one.

    Any number of digits is taken, and a fraction, which some servers send; the result may be infinite.
    """
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text)
    moment = http_date(text)
    return None if moment is None else max(0.0, moment - now)


def http_date(text: str | None) -> float | None:
    """An HTTP date as seconds since 1970; None when the text is not one."""
    try:
        moment = parsedate_to_datetime(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, IndexError, TypeError):
        return None
