"""Settles interrupted runs: looks at every contact that one left in doubt."""

from collections.abc import Iterator

from reconcile.errors import NotFound
from reconcile.evance.reader import Reader
from reconcile.journal.history import RunHistory
from reconcile.journal.journaled_run import NO_EFFECT, JournaledRun, is_as_before
from reconcile.journal.lines import IntentLine
from reconcile.journal.writer import Journal


def settle_interrupted_runs(past: RunHistory, account: Reader) -> tuple[str, ...]:
    """Look at every contact that an interrupted run left in doubt, and note the finding in the run's journal.

    The findings in words. What is left to do is in the next plan, like everything else.
    """
    findings: list[str] = []
    for run in past.runs:
        if run.in_doubt or not run.ended:
            findings += _resolve(run, account)
    return tuple(findings)


def _resolve(run: JournaledRun, account: Reader) -> Iterator[str]:
    journal = Journal(run.path)
    try:
        for intent in run.in_doubt:
            finding = _finding(intent, account)
            journal.resolve(intent, finding)
            yield f"run {run.name} was cut off while it wrote {intent.email}: {finding}"
        if not run.ended:
            journal.close_run()
    finally:
        journal.close()


def _finding(intent: IntentLine, account: Reader) -> str:
    if intent.contact is None:
        return "it was to be created; the plan shows whether it exists"
    try:
        live = account.contact(intent.contact)
    except NotFound:
        return "the contact is gone"
    return NO_EFFECT if is_as_before(intent, live) else "the contact has changed since"
