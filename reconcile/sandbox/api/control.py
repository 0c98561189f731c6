"""The operator's side door `/_sandbox/`: switches, clock, outbox, request log, approvals."""

from reconcile.sandbox.api.calls import Call, Reply
from reconcile.sandbox.api.served import Served
from reconcile.sandbox.problems import Problem, Refused

PREFIX = "/_sandbox/"


def answer(call: Call, served: Served) -> Reply:
    """Answer the operator."""
    raise Refused(404, Problem("path", "not found"))
