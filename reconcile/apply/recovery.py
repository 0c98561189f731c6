"""Looks at every contact that an interrupted run left in doubt."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconcile.errors import NotFound
from reconcile.evance.reader import Reader
from reconcile.journal.effects import NO_EFFECT, is_as_before
from reconcile.journal.history import RunHistory
from reconcile.journal.record import JournaledRun
from reconcile.journal.writer import Journal


def settle_interrupted_runs(past: RunHistory, account: Reader) -> tuple[str, ...]:
    """Look at every contact that an interrupted run left in doubt, note what is found, and say it.

    What is left to do then is in the next plan, like everything else.
    """
    said: list[str] = []
    for record in past.records:
        if record.in_doubt or not record.ended:
            said += _resolved(record, account)
    return tuple(said)


def _resolved(record: JournaledRun, account: Reader) -> Iterator[str]:
    chain = Journal(record.path)
    try:
        for intent in record.in_doubt:
            finding = _finding(intent, account)
            chain.resolve(intent, finding)
            yield f"run {record.run} was cut off while it wrote {intent['email']}: {finding}"
        if not record.ended:
            chain.close_run()
    finally:
        chain.close()


def _finding(intent: Mapping[str, Any], account: Reader) -> str:
    if intent["contact"] is None:
        return "it was to be created; the plan shows whether it exists"
    try:
        live = account.contact(intent["contact"])
    except NotFound:
        return "the contact is gone"
    return NO_EFFECT if is_as_before(intent, live) else "the contact has changed since"
