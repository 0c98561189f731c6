"""Masks a plan: its changes, what lies ahead of its contacts, what stays, its notes, guards and scope.

No digest stays: whoever knows the rest could test guesses of an address against that of the plan, of the
declarations, of the configuration with its protected contacts, or of a live contact.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from reconcile.model.allowance import Allowance
from reconcile.model.baseline import AdditiveItem, EntryKey, Scope, Undeclared
from reconcile.model.contact import Identity, State, email_key
from reconcile.model.declaration import NO_DECLARATION
from reconcile.model.facets import Facet
from reconcile.model.guards import Verdict
from reconcile.model.plans.change import Change, SetAside
from reconcile.model.plans.entries import Row
from reconcile.model.plans.plan import Boundary, Plan
from reconcile.model.plans.schedule import Scheduled, Withheld

from .contact_mask import ContactMask, mask_grant, mask_identity, telling_fields
from .personal_texts import NamedContacts, PersonalTexts, mask_email, mask_emails, telling_values

Ahead = TypeVar("Ahead", Scheduled, Withheld)

OUTSIDE = " (whom this plan does not name)"
"""Follows the masked address of somebody whose id is not known, since others may look like it."""


def mask_plan(plan: Plan) -> Plan:
    """The plan without what is personal, and without its digests."""
    return _PlanMask.of(plan).masked(plan)


def mask_sentences(plan: Plan, sentences: Iterable[str]) -> tuple[str, ...]:
    """Sentences about the plan's contacts without what is personal; ``plan`` is not masked yet."""
    masking = _PlanMask.of(plan)
    personal = masking.personal()
    return tuple(personal.hide(masking.named.hide(sentence)) for sentence in sentences)


def mask_verdict(verdict: Verdict, named: NamedContacts) -> Verdict:
    """What a guard says, each contact with its id."""
    return replace(
        verdict, message=named.hide(verdict.message), subjects=tuple(map(named.hide, verdict.subjects))
    )


def _contacts(plan: Plan) -> Iterator[Identity]:
    """Who the plan is about; a contact may come several times."""
    for entries in (
        plan.changes,
        plan.set_aside,
        plan.scheduled,
        plan.withheld,
        plan.undeclared,
        plan.lapsing,
    ):
        yield from (entry.contact for entry in entries)
    for item in plan.would_revoke:
        yield from (holder.contact for holder in item.holders)


def _key(contact: Identity) -> str:
    """What tells a contact of the plan from the others."""
    return contact.id or email_key(contact.email)


def _personal_in_change(change: Change) -> Iterator[str]:
    yield change.contact.email
    yield from telling_values(change.payload)
    for operation in change.operations:
        yield from telling_fields(operation)


@dataclass(frozen=True, slots=True)
class _PlanMask:
    """``contacts`` are the masks by whom they are for; ``named`` writes ids to the addresses in sentences."""

    contacts: Mapping[str, ContactMask]
    named: NamedContacts

    @classmethod
    def of(cls, plan: Plan) -> "_PlanMask":
        """A contact's names stand in its change: they are hidden wherever else the plan tells of it, too."""
        telling = {_key(contact): [contact.email] for contact in _contacts(plan)}
        for change in plan.changes:
            telling[_key(change.contact)] += _personal_in_change(change)
        masks = {key: ContactMask(PersonalTexts.of(texts)) for key, texts in telling.items()}
        return cls(masks, NamedContacts.of(_contacts(plan)))

    def masked(self, plan: Plan) -> Plan:
        personal = self.personal()
        return replace(
            plan,
            valid_until=plan.valid_until and _mask_validity(plan, plan.valid_until),
            config_digest="",
            declarations_digest="",
            digest="",
            changes=tuple(map(self._change, plan.changes)),
            notes=tuple(_hide_files(self.named.hide(note), personal) for note in plan.notes),
            guards=tuple(self._verdict(verdict, personal) for verdict in plan.guards),
            set_aside=tuple(map(self._set_aside, plan.set_aside)),
            scheduled=tuple(map(self._ahead, plan.scheduled)),
            withheld=tuple(map(self._ahead, plan.withheld)),
            undeclared=tuple(map(self._undeclared, plan.undeclared)),
            lapsing=tuple(map(self._row, plan.lapsing)),
            would_revoke=tuple(map(self._additive, plan.would_revoke)),
            scope=plan.scope and _scope(plan.scope, personal),
            allow=tuple(self._allowance(entry, personal) for entry in plan.allow),
        )

    def _of(self, contact: Identity) -> ContactMask:
        return self.contacts[_key(contact)]

    def _change(self, change: Change) -> Change:
        contact_mask = self._of(change.contact)
        return replace(
            change,
            contact=mask_identity(change.contact),
            source=contact_mask.place(change.source),
            operations=tuple(map(contact_mask.item, change.operations)),
            kept=tuple(map(contact_mask.item, change.kept)),
            lapsed=tuple(map(mask_grant, change.lapsed)),
            payload=contact_mask.payload(change.payload),
            live_fingerprint=None,
            target=State(),
            declaration=NO_DECLARATION,
        )

    def _set_aside(self, entry: SetAside) -> SetAside:
        contact_mask = self._of(entry.contact)
        return replace(
            entry,
            contact=mask_identity(entry.contact),
            source=contact_mask.place(entry.source),
            reason=contact_mask.personal.hide(self.named.hide(entry.reason)),
            revocations=tuple(map(mask_emails, entry.revocations)),
        )

    def _ahead(self, entry: Ahead) -> Ahead:
        return replace(self._row(entry), status=entry.status and mask_emails(entry.status))

    def _row(self, entry: Row) -> Row:
        """What is to come or withheld: whose item it is, which one, and why."""
        contact_mask = self._of(entry.contact)
        return replace(
            entry,
            contact=mask_identity(entry.contact),
            source=contact_mask.place(entry.source),
            item=contact_mask.name(entry.facet, entry.item),
            origin=contact_mask.origin(entry.origin),
        )

    def _undeclared(self, entry: Undeclared) -> Undeclared:
        contact_mask = self._of(entry.contact)
        return replace(
            entry,
            contact=mask_identity(entry.contact),
            item=entry.item and contact_mask.name(entry.facet or Facet.TAGS, entry.item),
            status=entry.status and mask_emails(entry.status),
            source=entry.source and contact_mask.place(entry.source),
        )

    def _additive(self, entry: AdditiveItem) -> AdditiveItem:
        """A tag may tell who any of its holders is."""
        name, masked = entry.item, []
        for holder in entry.holders:
            name = self._of(holder.contact).name(entry.facet, name)
            status = holder.status and mask_emails(holder.status)
            masked.append(replace(holder, contact=mask_identity(holder.contact), status=status))
        return replace(entry, item=name, holders=tuple(masked))

    def _verdict(self, verdict: Verdict, personal: PersonalTexts) -> Verdict:
        masked = mask_verdict(verdict, self.named)
        return replace(masked, message=_hide_files(masked.message, personal))

    def _allowance(self, entry: Allowance, personal: PersonalTexts) -> Allowance:
        """Its reason and its file may name anybody whom the plan is about."""
        return replace(
            entry,
            contacts=tuple(map(_mask_key, entry.contacts)),
            reason=personal.hide(self.named.hide(entry.reason)),
            place=entry.place._replace(file=personal.hide(entry.place.file)),
        )

    def personal(self) -> PersonalTexts:
        """What is personal of anybody whom the plan is about."""
        return PersonalTexts.joined(mask.personal for mask in self.contacts.values())


def _scope(scope: Scope, personal: PersonalTexts) -> Scope:
    """Files and branches may be named after anybody whom the plan is about."""
    return replace(
        scope,
        ref=scope.ref and personal.hide(scope.ref),
        only=tuple(map(personal.hide, scope.only)),
        contacts=tuple(map(_mask_key, scope.contacts)),
    )


_FILE = re.compile(r"[^\s'\"()]+\.ya?ml", re.ASCII)


def _hide_files(sentence: str, personal: PersonalTexts) -> str:
    """A sentence whose files may be named after somebody; words that only look like a name stay."""
    return _FILE.sub(lambda file: personal.hide(file[0]), sentence) if ".y" in sentence else sentence


def _mask_key(key: EntryKey) -> EntryKey:
    reference = key.reference and mask_emails(key.reference)
    return replace(key, reference=reference, email=key.email and mask_email(key.email))


def _mask_validity(plan: Plan, boundary: Boundary) -> Boundary:
    """Whose window it is stands there by an id, since masks look alike."""
    called = (contact for contact in _contacts(plan) if contact.is_called(boundary.contact))
    return replace(
        boundary, item=mask_emails(boundary.item), contact=_mask_label(boundary.contact, next(called, None))
    )


def _mask_label(label: str, contact: Identity | None) -> str:
    if contact is None:
        masked = mask_emails(label)
        return label if masked == label else f"{masked}{OUTSIDE}"
    if contact.id:
        return f"id {contact.id}"
    return mask_email(contact.email) if contact.email else mask_emails(contact.label)
