"""What runs saw of one role: in the image before a write, in what was read back after it, in a record.

Each is one instant. Between two of them anybody may have given or taken the role in the account, so nothing
is said of what lies between.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reconcile.clock import later
from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.lines import IntentLine
from reconcile.model.baseline import ResolvedItem
from reconcile.model.contact import ACTIVE, BY_ROLE, PENDING, Contact, Grant
from reconcile.model.facets import Facet
from reconcile.model.record import Record, RecordedEntry
from reconcile.model.reports.role_on_day import SeenHow, Sighting
from reconcile.model.result import Outcome

_HELD = {ACTIVE, PENDING, BY_ROLE}


def sightings(
    run: JournaledRun, runs: Sequence[JournaledRun], role: str, record: Record | None, *, managed: bool
) -> Iterator[Sighting]:
    """What a run saw of a role, in the order in which it did.

    ``runs`` are all of the account: they tell when it had ended at the latest. ``record`` is its own, None
    where it left none or the file is gone. ``managed``: no ignore pattern keeps the role, by the very
    configuration of the record.
    """
    if run.begun_at is None or run.retired:
        return
    until = ended_by(run, runs)
    yield from _in_journal(run, role, run.begun_at, until)
    if record is not None and not run.due and not _may_have_taken_over(run, runs):
        yield from _in_record(run.name, record, role, until, managed=managed)


def _may_have_taken_over(run: JournaledRun, runs: Sequence[JournaledRun]) -> bool:
    """Whether the record of a run in a scope may have entries of another run that began in that second."""
    scoped = run.begun is not None and run.begun.scope is not None
    return scoped and any(other.begun_at == run.begun_at and other.name != run.name for other in runs)


def ended_by(run: JournaledRun, runs: Sequence[JournaledRun]) -> datetime | None:
    """The instant by which a run had done all that its journal tells of; None where nothing shows that.

    Its own word, rounded up; else the begin of a run that followed all its lines.
    """
    begun, ended = run.begun_at, run.ended_at
    last = run.own[-1].number if run.own else 0
    followers = (
        other.begun_at
        for other in runs
        for earlier in other.follows
        if earlier.run == run.name and earlier.line == last and run.holds(earlier) and not other.retired
    )
    known = later(ended, timedelta(seconds=1)) if ended else min(filter(None, followers), default=None)
    return known if known and begun and known >= begun else None


def _in_journal(run: JournaledRun, role: str, since: datetime, until: datetime | None) -> Iterator[Sighting]:
    """Before each write the contact is read, and after it once more."""
    ids, outcomes = run.contact_ids, {line.key: line for line in run.outcomes}
    last, seen = {intent.key: intent.number for intent in run.intents}, (run.name, since, until)
    for intent in run.intents:
        contact = intent.contact or ids.get(intent.key)
        before, outcome = intent.contact_before, outcomes.get(intent.key)
        if contact and before is not None and before.state.roles is not None:
            grant = _grant_in(before, role)
            yield from _sighting(Sighting(contact, *seen, held=False, how=SeenHow.BEFORE), grant)
        if contact and intent.number == last[intent.key] and outcome and outcome.outcome == Outcome.APPLIED:
            for grant in _after(intent, before, role):
                yield from _sighting(Sighting(contact, *seen, held=False, how=SeenHow.AFTER), grant)
    for line in run.outcomes:
        if line.contact and any(lost.facet is Facet.ROLES and lost.item == role for lost in line.lost):
            yield Sighting(line.contact, *seen, held=False, how=SeenHow.AFTER)


def _grant_in(contact: Contact, role: str) -> Grant | None:
    return next((grant for grant in contact.state.roles or () if grant.reference == role), None)


def _after(intent: IntentLine, before: Contact | None, role: str) -> Iterator[Grant | None]:
    """How the role was held after a confirmed write; nothing where that is not known.

    What the write does not name stays as it was, or the outcome would be another one.
    """
    steps = [step for step in intent.steps() if step.facet is Facet.ROLES and step.item == role]
    if steps:
        after = steps[-1].after
        yield after if isinstance(after, Grant) else None
    elif before is not None and before.state.roles is not None:
        yield _grant_in(before, role)


def _sighting(without: Sighting, grant: Grant | None) -> Iterator[Sighting]:
    """The sighting of a contact ``without`` the role, or with that grant of it.

    None where the grant was not told, or lapsed while the run went on.
    """
    if grant is None:
        yield without
        return
    if not grant.readable or not grant.status:
        return
    lapsed = not grant.held(without.since)
    if lapsed or grant.held(without.until or without.since):
        held = grant.status in _HELD and not lapsed
        yield replace(without, held=held, status=grant.status, expires=grant.expires)


def _in_record(
    run: str, record: Record, role: str, until: datetime | None, *, managed: bool
) -> Iterator[Sighting]:
    """Of whom the run itself found or left as declared: what it took over it has not seen."""
    for entry in record.entries.values():
        if entry.contact and entry.settled == record.at and entry.set_aside is None:
            found = _declared(entry, role, record.at, until or record.at, managed=managed)
            for held, item in found:
                status = (item.status or BY_ROLE) if item and held else None
                expires = item.window.expires if item and held else None
                seen = entry.contact, run, record.at, until, held, SeenHow.RECORDED
                yield Sighting(*seen, status, expires)


def _declared(
    entry: RecordedEntry, role: str, since: datetime, until: datetime, *, managed: bool
) -> Iterator[tuple[bool, ResolvedItem | None]]:
    """Whether the role was held as declared.

    Nothing where additive mode or an ignore pattern may have kept it, or where its window started or ended
    while the run went on.
    """
    form = entry.form
    item = next((item for item in form.items if item.key == (Facet.ROLES, role)), None) if form else None
    if item is not None and item.window.contains(since) and item.window.contains(until):
        yield True, item
    elif item is not None and (item.window.lapsed(since) or item.window.pending(until)):
        yield False, item
    elif item is None and form is not None and form.absent and managed:
        yield False, None


def by_contact(found: Sequence[Sighting]) -> Mapping[str, list[Sighting]]:
    """The sightings of each contact, in the order of their times.

    Runs on two machines, or as of other times, need not follow each other in that order.
    """
    contacts: dict[str, list[Sighting]] = {}
    for sighting in sorted(found, key=lambda seen: seen.since):
        contacts.setdefault(sighting.contact, []).append(sighting)
    return contacts


def seen_roles(runs: Iterable[JournaledRun], records: Iterable[Record]) -> set[str]:
    """The roles that runs saw at anybody, or that their records name."""
    before = (intent.contact_before for run in runs for intent in run.intents)
    held = {grant.reference for contact in before if contact for grant in contact.state.roles or ()}
    steps = (step for run in runs for intent in run.intents for step in intent.steps())
    forms = (entry.form for record in records for entry in record.entries.values())
    declared = (item.key for form in forms if form for item in form.items)
    return (
        held
        | {step.item for step in steps if step.facet is Facet.ROLES}
        | {item for facet, item in declared if facet is Facet.ROLES}
    )
