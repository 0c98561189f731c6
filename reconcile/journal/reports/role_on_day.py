"""Who held a role on a day: only what a run saw on that very day is proven."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from reconcile.journal.journaled_run import JournaledRun
from reconcile.model.contact import Identity
from reconcile.model.record import Record
from reconcile.model.reports.role_on_day import HolderVerdict, SeenContact, Sighting


def seen_contacts(
    found: Mapping[str, Sequence[Sighting]], names: Mapping[str, Identity], start: datetime, end: datetime
) -> Iterator[SeenContact]:
    """A verdict for each contact that any run saw, by id; ``names`` tell who they are."""
    for contact in sorted(found, key=lambda text: (len(text), text)):
        yield _seen(found[contact], names.get(contact) or Identity(contact, "", ""), start, end)


def _seen(found: Sequence[Sighting], contact: Identity, start: datetime, end: datetime) -> SeenContact:
    """Held, when any sighting of the day shows it: it may have been held for a part of the day alone."""
    within = [sighting for sighting in found if sighting.within(start, end)]
    held = [sighting for sighting in within if sighting.held]
    if within:
        verdict = HolderVerdict.HELD if held else HolderVerdict.WITHOUT
        return SeenContact(contact, verdict, (held or within)[-1])
    before = [sighting for sighting in found if sighting.since < end]
    after = [sighting for sighting in found if sighting.since >= end]
    return SeenContact(
        contact, HolderVerdict.UNKNOWN, None, before[-1] if before else None, after[0] if after else None
    )


def contact_names(runs: Sequence[JournaledRun], records: Mapping[str, Record]) -> dict[str, Identity]:
    """Who the contacts are, by id, as the last run that names them does."""
    names: dict[str, Identity] = {}
    for run in runs:
        for key, entry in records[run.name].entries.items() if run.name in records else ():
            if entry.contact and entry.contact not in names:
                names[entry.contact] = Identity(entry.contact, "", key.email or "", key.reference)
        ids = run.contact_ids
        for intent in run.intents:
            contact, before = intent.contact or ids.get(intent.key), intent.contact_before
            if contact:
                names[contact] = before.identity if before else Identity(contact, "", intent.email)
    return names
