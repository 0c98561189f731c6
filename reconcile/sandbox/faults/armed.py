"""The armed faults: arming them from texts, and what those that strike one request do together."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

from reconcile.sandbox.messages import Reply, Request
from reconcile.sandbox.store.connection import writing
from reconcile.sandbox.switches import RequestContext

from .account import ACCOUNT_FAULTS
from .responses import RESPONSE_FAULTS
from .specification import ArmedFault, Moment, read_fault

FAULTS = {fault.name: fault for fault in (*RESPONSE_FAULTS, *ACCOUNT_FAULTS)}
"""Every fault by its name."""


def arm(texts: Sequence[str], seed: int) -> list[ArmedFault]:
    """Arm faults, each with a chance of its own from the seed; raises WrongWord."""
    specifications = [(*read_fault(text, FAULTS), text) for text in texts]
    return [
        # Chance must repeat here; it guards no secret.
        ArmedFault(fault, settings, text, Random(f"{seed} {number} {text}"))  # noqa: S311
        for number, (fault, settings, text) in enumerate(specifications)
    ]


def delay(striking: Sequence[ArmedFault]) -> float:
    """Seconds by which the answer is late."""
    return sum(armed.fault.delay(armed) for armed in striking if armed.fault.delay)


def replacement(striking: Sequence[ArmedFault], request: Request, moment: Moment) -> Reply | None:
    """The first reply that replaces the account's answer at this moment."""
    for armed in striking:
        if armed.fault.replace and armed.moment == moment:
            reply = armed.fault.replace(armed, request)
            if reply is not None:
                return reply
    return None


def cuts(striking: Sequence[ArmedFault], moment: Moment) -> bool:
    """Whether the connection breaks at this moment."""
    return any(armed.fault.cuts and armed.moment == moment for armed in striking)


def rewritten(striking: Sequence[ArmedFault], reply: Reply) -> Reply:
    """The account's answer, altered by each fault in turn."""
    for armed in striking:
        if armed.fault.rewrite:
            reply = armed.fault.rewrite(armed, reply)
    return reply


def truncation(striking: Sequence[ArmedFault]) -> str | None:
    """How the answer is truncated, `json` or `wire`; None when it is not."""
    return next((armed.word("how") for armed in striking if armed.fault.truncates), None)


def disturb(
    striking: Sequence[ArmedFault],
    request: Request,
    db: sqlite3.Connection,
    context: Callable[[], RequestContext],
    moment: Moment,
) -> None:
    """Change the account as the faults of this moment do, each in a transaction of its own.

    What a rule of the account forbids, such as an address that another contact has, does not happen.
    """
    for armed in striking:
        if armed.fault.disturb and armed.moment == moment:
            with suppress(sqlite3.IntegrityError), writing(db):
                armed.fault.disturb(armed, request, db, context())
