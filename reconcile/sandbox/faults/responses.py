"""Faults of the answer: it comes late, is replaced by another, is altered, or is cut off."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from math import ceil
from time import monotonic

from reconcile.sandbox.clock import machine_time
from reconcile.sandbox.messages import ABSENT, Reply, Request, refusal
from reconcile.sandbox.refusals import Problem, Refused

from .specification import MOMENTS, ArmedFault, Fault

_HTML = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Back in a moment</h1></body></html>"


def _latency(armed: ArmedFault) -> float:
    milliseconds = armed.number("ms") + armed.chance.uniform(-1, 1) * armed.number("jitter")
    return max(0.0, milliseconds) / 1000


def _rate_limit(armed: ArmedFault, request: Request) -> Reply | None:
    """429 while the bucket is empty."""
    seconds = seconds_to_wait(armed, monotonic())
    if not seconds:
        return None
    return _failure(request, 429, "too many requests", armed.word("retry-after"), seconds)


def seconds_to_wait(armed: ArmedFault, now: float) -> float:
    """Seconds until a rate limit lets a request pass, 0 to let it pass now.

    A token bucket: it holds `burst` tokens at most and gains `rate` a second. `now` is any steady clock.
    """
    rate, burst = armed.number("rate"), max(1.0, armed.number("burst"))
    last = armed.memory.get("at", now)
    tokens = min(burst, armed.memory.get("tokens", burst) + (now - last) * rate)
    passes = tokens >= 1
    armed.memory.update(at=now, tokens=tokens - 1 if passes else tokens)
    return 0.0 if passes else (1 - tokens) / rate


def _status(armed: ArmedFault, request: Request) -> Reply:
    code = int(armed.number("code"))
    return _failure(request, code, "something went wrong", armed.word("retry-after"), 1)


def _html(armed: ArmedFault, _request: Request) -> Reply:
    """A proxy's page."""
    return Reply(int(armed.number("code")), _HTML)


def _lose_row(armed: ArmedFault, reply: Reply) -> Reply:
    """A list without the last row of its page, or with the first in its place; its total still counts it."""
    rows = reply.body.get("data") if isinstance(reply.body, dict) else None
    if not isinstance(rows, list) or not rows:
        return reply
    first = rows[:1] if armed.word("how") == "repeated" else []
    return Reply(reply.status, {**reply.body, "data": [*rows[:-1], *first]}, reply.headers)


def _spoil_row(armed: ArmedFault, reply: Reply) -> Reply:
    """A list in which one field of one contact is an object."""
    rows = reply.body.get("data") if isinstance(reply.body, dict) else None
    if not isinstance(rows, list):
        return reply
    number, field = int(armed.number("contact")), armed.word("field")
    spoilt = [{**row, field: {"value": row.get(field)}} if row.get("id") == number else row for row in rows]
    return Reply(reply.status, {**reply.body, "data": spoilt}, reply.headers)


def _turn_clock(armed: ArmedFault, reply: Reply) -> Reply:
    """An answer whose `Date` is of another time, or that has none, or that a cache has kept for a while."""
    sent = machine_time() + timedelta(seconds=armed.number("seconds"))
    date = {"off": format_datetime(sent, usegmt=True), "absent": ABSENT}[armed.word("date")]
    age = {"Age": str(int(armed.number("age")))} if armed.number("age") else {}
    return Reply(reply.status, reply.body, {**reply.headers, "Date": date, **age})


def _failure(request: Request, status: int, message: str, retry_after: str, seconds: float) -> Reply:
    reply = refusal(request, Refused(status, Problem("server", message, "error.server")))
    whole_seconds = max(1, ceil(seconds))
    match retry_after:
        case "seconds":
            headers = {"Retry-After": str(whole_seconds)}
        case "date":
            instant = datetime.now(UTC) + timedelta(seconds=whole_seconds)
            headers = {"Retry-After": format_datetime(instant, usegmt=True)}
        case _:
            headers = {}
    return Reply(status, reply.body, headers)


RESPONSE_FAULTS = (
    Fault("latency", {"ms": 50.0, "jitter": 0.0}, delay=_latency),
    Fault(
        "rate-limit",
        {"rate": 5.0, "burst": 1.0, "retry-after": ("seconds", "date", "none")},
        replace=_rate_limit,
    ),
    Fault(
        "status",
        {"code": 503.0, "when": MOMENTS, "retry-after": ("none", "seconds", "date")},
        replace=_status,
    ),
    Fault("reset", {"when": MOMENTS}, cuts=True),
    Fault("truncate", {"how": ("json", "wire")}, truncates=True),
    Fault("html", {"code": 502.0, "when": MOMENTS}, replace=_html),
    Fault(
        "server-clock",
        {"path": "*", "date": ("off", "absent"), "seconds": 0.0, "age": 0.0},
        rewrite=_turn_clock,
    ),
    Fault("lost-row", {"how": ("missing", "repeated")}, rewrite=_lose_row),
    Fault("odd-row", {"contact": 0.0, "field": ("email", "type", "reference")}, rewrite=_spoil_row),
)
