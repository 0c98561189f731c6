"""Which writes of a run may have taken effect, as far as its journal and a look at the contact tell."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconcile.documents.contact_snapshot import contact_from_snapshot
from reconcile.model.contact import Contact, Fields
from reconcile.model.result import Outcome
from reconcile.plan.digest import fingerprint

from .record import INTENT, OUTCOME, RESOLVED, JournaledRun

Intent = Mapping[str, Any]
"""What a journal notes of one write before it is sent."""

NO_EFFECT = "the write has not taken effect"
"""The finding that a later look settles a write with, when the contact is as it was before."""

UNWRITTEN = {Outcome.FAILED, Outcome.UNNECESSARY, Outcome.STALE, Outcome.NOT_TRIED}
"""The outcomes of changes that were surely not written."""


def effective_writes(record: JournaledRun) -> dict[str, tuple[Intent, ...]]:
    """The writes that may have taken effect, in order, by the key of the contact that they changed."""
    harmless = {entry["key"] for entry in record.of(OUTCOME) if entry["outcome"] in UNWRITTEN}
    void = {entry["key"] for entry in record.of(RESOLVED) if entry["finding"] == NO_EFFECT}
    sent: dict[str, tuple[Intent, ...]] = {}
    for intent in record.of(INTENT):
        if intent["key"] not in harmless:
            sent[intent["key"]] = (*sent.get(intent["key"], ()), intent)
    left = {key: without_last_write(writes) if key in void else writes for key, writes in sent.items()}
    return {key: writes for key, writes in left.items() if writes}


def without_last_write(writes: Sequence[Intent]) -> tuple[Intent, ...]:
    """What may have taken effect of one contact's writes when the last one has not.

    An earlier write whose answer was lost had none either if the contact was read unchanged after it.
    """
    return tuple(write for write in writes if write["before"] != writes[-1]["before"])


def is_as_before(intent: Intent, live: Contact) -> bool:
    """True when the contact is what it was before the write: its identity, roles and tags, and its fields."""
    before = contact_from_snapshot(intent["before"])
    same_profile = _holds(live.state.profile, before.state.profile)
    same_address = _holds(live.state.address, before.state.address)
    return same_profile and same_address and fingerprint(before) == fingerprint(live)


def _holds(fields: Fields | None, wanted: Fields | None) -> bool:
    return all((fields or {}).get(name) == value for name, value in (wanted or {}).items())
