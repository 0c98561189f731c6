"""What a forge allows: how long to wait before another try, and how many requests were made.

GITHUB_TOKEN has 1,000 requests an hour and repository (GitHub docs: "Rate limits for the REST API").
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reconcile.http.rate_limiter import RetryPolicy, retry_after

LONGEST_WAIT = 300.0
"""The longest single wait in seconds that a forge may ask for."""

RETRY = RetryPolicy(tries=5, first_delay=1.0)

_RESET = ("X-RateLimit-Reset", "RateLimit-Reset")


@dataclass(slots=True)
class RequestCount:
    """How many requests a process has sent: an error about too many tells it."""

    sent: int = 0


def seconds_to_wait(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that a response asks for; None when it does not say. ``now`` is in seconds since 1970.

    ``Retry-After`` comes first. GitHub (X-RateLimit-Reset) and GitLab (RateLimit-Reset) also tell the second
    at which their count begins anew.
    """
    seconds = retry_after(headers.get("Retry-After"), now)
    if seconds is not None:
        return seconds
    texts = (headers.get(name, "").strip() for name in _RESET)
    reset = next((int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 12), None)
    # A second more than asked for: their clock and ours are not the same to the second.
    return None if reset is None else max(0.0, reset - now) + 1.0
