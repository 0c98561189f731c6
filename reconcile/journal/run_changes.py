"""What a run did to one contact, or may have done, and what of it can be taken back."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from reconcile.clock import zoned_text
from reconcile.model.contact import ACTIVE, PENDING, Contact, Grant, Identity
from reconcile.model.facets import SETS, Facet, item_key
from reconcile.model.plans.operation import Action, Operation, OriginKind
from reconcile.model.problem import Place
from reconcile.model.reports.drift import ItemWrites, WrittenValue
from reconcile.model.result import LostItem, WriteEffect
from reconcile.model.settings import Policy
from reconcile.plan.approval import same_person
from reconcile.plan.fold import ignore_pattern
from reconcile.plan.write_effect import effect_of

from .journaled_run import JournaledRun, without_last_write
from .lines import IntentLine

ChangedItem = tuple[Facet, str]


@dataclass(frozen=True, slots=True)
class ContactChanges:
    """All writes of a run to one contact, the first one's before-image first.

    ``contact`` is None for a contact that was created without its id becoming known. ``in_doubt``: nobody has
    looked yet whether the last write took effect. ``lost`` is what the contact lost besides, unasked.
    """

    contact: str | None
    place: Place
    writes: tuple[IntentLine, ...]
    in_doubt: bool = False
    lost: tuple[LostItem, ...] = ()

    @property
    def label(self) -> str:
        """How to name the contact to a person."""
        email = str(self.writes[0].email)
        return f"{email} (contact {self.contact})" if self.contact else email

    @property
    def before(self) -> Contact | None:
        """The contact as it was before the run; None when the run created it."""
        return self.writes[0].contact_before

    @property
    def steps(self) -> tuple[Operation, ...]:
        """All that the run did to the contact."""
        return tuple(step for write in self.writes for step in write.steps())

    def seen(self, live: Contact, now: datetime) -> "ContactChanges | None":
        """What is left after a look at the contact: a write in doubt that has not taken effect goes."""
        if not self.in_doubt or self.before is None:
            return self
        if effect_of(self.writes[-1].steps(), live, now) is not WriteEffect.NOT_TAKEN:
            return self
        left = without_last_write(self.writes)
        return ContactChanges(self.contact, self.place, left, lost=self.lost) if left else None

    def is_of(self, live: Identity) -> bool:
        """True when the contact is still the person it was, be it with an address that the run gave it."""
        before = self.before
        then = before.identity if before else Identity(live.id, live.type, str(self.writes[0].email))
        return same_person(live, then, self.steps)


def run_changes(run: JournaledRun) -> Iterator[ContactChanges]:
    """What a run did, contact by contact, in the order of its journal."""
    ids = run.contact_ids
    doubtful = {intent.key for intent in run.in_doubt}
    lost = {line.key: line.lost for line in run.losses}
    for key, writes in run.effective_writes.items():
        place = Place(run.path.name, writes[0].number, 1)
        contact = writes[0].contact or ids.get(key)
        yield ContactChanges(contact, place, writes, key in doubtful, lost.get(key, ()))


def last_writes(runs: Iterable[JournaledRun], contacts: Collection[str]) -> ItemWrites:
    """What the runs, in their order, have made of each item of these contacts; what is in doubt counts not.

    A run that was retired counts: what it wrote is a fact.
    """
    written: dict[tuple[str, Facet, str], WrittenValue] = {}
    for run in runs:
        at = run.begun_at
        for changes in run_changes(run) if at else ():
            if at and changes.contact in contacts and not changes.in_doubt:
                written |= dict(_written(changes, run.name, at))
    return written


def _written(
    changes: ContactChanges, run: str, at: datetime
) -> Iterator[tuple[tuple[str, Facet, str], WrittenValue]]:
    """What a run made of each item of a contact, what it lost unasked among it."""
    contact = changes.contact or ""
    for step in changes.steps:
        yield (contact, *_item(step)), WrittenValue(run, at, step.after)
    for lost in changes.lost:
        facet = Facet(lost.facet)
        yield (contact, facet, item_key(facet, lost.item)), WrittenValue(run, at, None)


@dataclass(frozen=True, slots=True)
class Reversal:
    """What a revert takes back of one contact's changes, and in words why it does not take back the rest."""

    items: frozenset[ChangedItem]
    notes: tuple[str, ...]

    def of(self, facet: Facet) -> frozenset[str]:
        """The items of one facet; tags by their key."""
        return frozenset(item for item_facet, item in self.items if item_facet is facet)


def reversal_of(changes: ContactChanges, live: Contact, policy: Policy, now: datetime) -> Reversal:
    """Judge every item that the run touched: does it go back, or why not."""
    last = {_item(step): step for step in changes.steps}
    before = _held(changes.before)
    names = {item: _named(step) for item, step in last.items()}
    kept = {item: _reason_to_stay(step, before.get(item), policy, now) for item, step in last.items()}
    for lost in changes.lost:
        item = (Facet(lost.facet), item_key(lost.facet, lost.item))
        if item not in last or last[item].action is not Action.REMOVE:
            names[item], kept[item] = str(lost), _reason_to_stay_lost(before.get(item), policy, now)
    notes = [f"{changes.label}: {names[item]} {reason}" for item, reason in kept.items() if reason]
    partial = _partial_reversals(changes, before, live, policy, now)
    notes += [f"{changes.label}: {note}" for note in partial]
    if changes.before is None:
        notes.append(f"{changes.label}: the run created this contact, and it stays: nothing deletes contacts")
    return Reversal(frozenset(item for item, reason in kept.items() if not reason), tuple(notes))


def _item(step: Operation) -> ChangedItem:
    return step.facet, item_key(step.facet, step.item)


def _named(step: Operation) -> str:
    return f"{step.facet.value.removesuffix('s')} {step.item}"


def _held(before: Contact | None) -> dict[ChangedItem, Grant]:
    roles = (before.state.roles if before else None) or ()
    return {(Facet.ROLES, grant.reference): grant for grant in roles}


def _reason_to_stay(step: Operation, before: Grant | None, policy: Policy, now: datetime) -> str | None:
    """Why an item stays as it is; None when it goes back to what it was, or needs no note."""
    if step.facet in SETS and ignore_pattern(step.facet, step.item, policy) is not None:
        return "is ignored by now and stays as it is"
    if step.action is Action.REMOVE and step.origin.kind is OriginKind.LAPSED:
        return "had lapsed and does not come back"
    if step.action is Action.REMOVE or (before is not None and not before.readable):
        return _reason_to_stay_lost(before, policy, now)
    return None


def _reason_to_stay_lost(before: Grant | None, policy: Policy, now: datetime) -> str | None:
    """Why a role that is gone does not come back; None when it does, and for all else."""
    if before is not None and not before.readable:
        return "could not be read in full before the run: what to go back to would be a guess"
    if before is not None and not before.held(now):
        return f"{_past(before, policy.timezone)} and does not come back"
    if before is not None and before.status not in {ACTIVE, PENDING}:
        return f"was '{before.status}' and does not come back: to grant it again may bring it to life"
    return None


def _partial_reversals(
    changes: ContactChanges,
    before: Mapping[ChangedItem, Grant],
    live: Contact,
    policy: Policy,
    now: datetime,
) -> Iterator[str]:
    """What goes back only in part: a grant that would have lapsed by now, and one that was made active."""
    last = {_item(step): step for step in changes.steps}
    for item, grant in before.items():
        step = last.get(item)
        if step is not None and step.action is Action.CHANGE and not grant.held(now):
            yield f"{_named(step)} goes: without the run it {_past(grant, policy.timezone)}"
    activated = {step.item: step for step in changes.steps if step.activates}
    for grant in live.state.roles or ():
        if grant.active and grant.reference in activated:
            reason = "nothing makes a grant wait for approval again; to take it away, change the declarations"
            yield f"{_named(activated[grant.reference])} was made active and stays so: {reason}"


def _past(grant: Grant, timezone: str) -> str:
    assert grant.expires is not None  # noqa: S101 - only a grant whose expiry has passed gets here
    return f"would have lapsed at {zoned_text(grant.expires, timezone)}"
