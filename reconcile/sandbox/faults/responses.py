"""What the faults that strike a request do to its answer."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from math import ceil
from time import monotonic

from reconcile.sandbox.messages import Reply, Request, refusal
from reconcile.sandbox.refusals import Problem, Refused
from reconcile.sandbox.state import State

from .account import disturb
from .specification import ArmedFault, Kind

_HTML = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Back in a moment</h1></body></html>"


def delay(striking: list[ArmedFault]) -> float:
    """Seconds the answer waits."""
    return sum(one.delay() for one in striking if one.fault.kind is Kind.LATENCY)


def instead(striking: list[ArmedFault], call: Request, moment: str) -> Reply | None:
    """The first error page or status that takes the place of the answer."""
    for armed in striking:
        fault = armed.fault
        if fault.kind is Kind.RATE_LIMIT and moment == "before" and (wait := armed.wait(monotonic())):
            return _failure(call, 429, "too many requests", fault.word("retry-after"), wait)
        if fault.kind is Kind.STATUS and fault.word("when") == moment:
            code = int(fault.number("code"))
            return _failure(call, code, "something went wrong", fault.word("retry-after"), 1)
        if fault.kind is Kind.HTML and fault.word("when") == moment:
            return Reply(int(fault.number("code")), _HTML)
    return None


def _failure(call: Request, status: int, text: str, retry_after: str, seconds: float) -> Reply:
    reply = refusal(call, Refused(status, Problem("server", text, "error.server")))
    whole = max(1, ceil(seconds))
    match retry_after:
        case "seconds":
            headers = {"Retry-After": str(whole)}
        case "date":
            moment = datetime.now(UTC) + timedelta(seconds=whole)
            headers = {"Retry-After": format_datetime(moment, usegmt=True)}
        case _:
            headers = {}
    return Reply(status, reply.body, headers)


def resets(striking: list[ArmedFault], moment: str) -> bool:
    """Whether the connection breaks before or after the account was asked."""
    return any(one.fault.kind is Kind.RESET and one.fault.word("when") == moment for one in striking)


def truncation(striking: list[ArmedFault]) -> str | None:
    """How the answer is cut, `json` or `wire`; None when it is not."""
    return next((one.fault.word("how") for one in striking if one.fault.kind is Kind.TRUNCATE), None)


def less_a_row(striking: list[ArmedFault], reply: Reply) -> Reply:
    """A list without the last row of its page, or with the first in its place; the total counts it still."""
    how = next((one.fault.word("how") for one in striking if one.fault.kind is Kind.LOST_ROW), None)
    rows = reply.body.get("data") if isinstance(reply.body, dict) else None
    if how is None or not isinstance(rows, list) or not rows:
        return reply
    first = rows[:1] if how == "repeated" else []
    return Reply(reply.status, {**reply.body, "data": [*rows[:-1], *first]}, reply.headers)


def disturb_all(striking: list[ArmedFault], call: Request, served: State, moment: str) -> None:
    """Whatever happens to the account before or after this request, by nobody's request."""
    for armed in striking:
        if armed.fault.settings.get("when", "before") == moment:
            disturb(armed, call, served)
