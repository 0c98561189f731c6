"""What one run did, contact by contact, as its journal tells it."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from reconcile.clock import parse_utc_text
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.lines import CUT_OFF, IntentLine, OutcomeLine
from reconcile.model.contact import Identity, email_key
from reconcile.model.plans.operation import Operation
from reconcile.model.reports.history import RunContact, RunEnding, RunReport

SHORTEST_NAME = 4
"""Fewest characters by which a run can be called, as of a commit in Git."""


def run_reports(runs: Sequence[JournaledRun]) -> Iterator[RunReport]:
    """What each of the runs did, in their order."""
    names = [run.name for run in runs]
    undone = {run.begun.revert: run.name for run in runs if run.begun and run.begun.revert and run.complete}
    for run in runs:
        yield run_report(run, short_name(run.name, names), undone.get(run.name))


def short_name(name: str, names: Collection[str]) -> str:
    """The end of a run's name, which chance has made, where no other run's name ends so; else all of it."""
    end = name.rpartition("-")[2]
    alone = len(end) >= SHORTEST_NAME and sum(other.endswith(end) for other in names) == 1
    return end if alone else name


def run_report(run: JournaledRun, short: str, reverted_by: str | None = None) -> RunReport:
    """What a run did. BrokenChain and ValueError can't come: its lines were checked when they were read."""
    begun, scope = run.begun, run.begun.scope if run.begun else None
    return RunReport(
        run=run.name,
        id=short,
        account=run.account,
        target=begun.target if begun else "",
        at=parse_utc_text(begun.at) if begun and begun.at else None,
        machine=run.machine_time,
        ended=run.ended_at,
        ending=_ending(run),
        stopped=run.stopped,
        provenance=begun.provenance if begun else None,
        tool_version=begun.tool_version if begun else "",
        plan=begun.plan if begun else "",
        due=run.due,
        reverts=begun.revert if begun else None,
        reverted_by=reverted_by,
        declarations=scope.declarations if scope else None,
        base=scope.base if scope else None,
        retired=parse_utc_text(run.retired.at) if run.retired and run.retired.at else None,
        acknowledged=run.acknowledged and not run.unaccepted_losses,
        recorded=run.record is not None,
        contacts=tuple(_contacts(run)),
    )


def _ending(run: JournaledRun) -> RunEnding:
    if not run.ended or run.stopped == CUT_OFF:
        return RunEnding.CUT_OFF
    if run.stopped is not None:
        return RunEnding.STOPPED
    return RunEnding.COMPLETE if run.complete else RunEnding.PARTLY


def _contacts(run: JournaledRun) -> Iterator[RunContact]:
    """Whom the run wrote, or was to write, in the order in which that ended."""
    ids, written, lost = run.contact_ids, run.effective_writes, {line.key: line.lost for line in run.losses}
    last = {line.key: line for line in run.outcomes}
    intents = {intent.key: intent for intent in reversed(run.intents)}
    doubtful = {intent.key for intent in run.in_doubt}
    for key in dict.fromkeys((*last, *(intent.key for intent in run.intents))):
        outcome = last.get(key)
        yield RunContact(
            contact=_identity(intents.get(key), outcome, ids),
            operations=tuple(_merged(written.get(key, ()))),
            outcome=outcome.outcome if outcome else None,
            detail=outcome.detail if outcome else "",
            lost=lost.get(key, ()),
            in_doubt=key in doubtful,
        )


def _identity(
    intent: IntentLine | None, outcome: OutcomeLine | None, ids: Mapping[str, str | None]
) -> Identity:
    """Who the contact was when the run came to it; of one that it made what the journal tells."""
    before = intent.contact_before if intent else None
    if before is not None:
        return before.identity
    line = intent or outcome
    assert line is not None  # noqa: S101 - a key comes from either
    return Identity(line.contact or ids.get(line.key) or "", "", line.email)


def _merged(writes: Sequence[IntentLine]) -> Iterator[Operation]:
    """What all writes to a contact did; a write that was repeated did it once."""
    yield from dict.fromkeys(step for write in writes for step in write.steps())


def is_about(contact: Identity, asked: str) -> bool:
    """Whether a contact is the one that somebody asks about: by id, address or reference."""
    by_email = bool(contact.email) and email_key(contact.email) == email_key(asked)
    return by_email or asked in {contact.id, contact.reference}
