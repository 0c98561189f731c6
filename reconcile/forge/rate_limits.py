"""How long a forge asks us to wait, told in the several ways that forges have. Pure."""

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

TOO_MANY = 429

FORBIDDEN = 403


def limited(status: int, headers: Mapping[str, str]) -> bool:
    """True for an answer that says "too many": GitHub says so with 403 as well as with 429."""
    if status == TOO_MANY:
        return True
    return status == FORBIDDEN and ("Retry-After" in headers or headers.get("X-RateLimit-Remaining") == "0")


def seconds_to_wait(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that an answer asks for; None when it does not say. ``now`` is in seconds since 1970.

    ``Retry-After`` (RFC 9110, section 10.2.3) comes first. GitHub (X-RateLimit-Reset) and GitLab
    (RateLimit-Reset) also tell the second at which their count begins anew.
    """
    asked = _retry_after(headers.get("Retry-After", "").strip(), now)
    if asked is not None:
        return asked
    resets = (headers.get(name, "").strip() for name in ("X-RateLimit-Reset", "RateLimit-Reset"))
    moment = next((float(reset) for reset in resets if _whole(reset)), None)
    # A second more than asked for: their clock and ours are not the same to the second.
    return None if moment is None else max(0.0, moment - now) + 1.0


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12


def _retry_after(text: str, now: float) -> float | None:
    if _whole(text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, aware.timestamp() - now)
