"""The guards about single people: who is protected, who runs the shop, and whose mailbox would change.

Another e-mail address or username hands every role of a contact to whoever reads that mailbox. So it is
refused for people whose roles open much, and counted for all others.
"""

from collections.abc import Iterable

from reconcile.model.contact import IDENTIFYING_FIELDS, Identity, email_key
from reconcile.model.facets import Facet
from reconcile.model.guards import CHANGING_EMAIL, GRANTING_ROLES, STAFF
from reconcile.model.plans.schedule import Scheduled
from reconcile.model.settings import Policy
from reconcile.plan.contact_plan import ContactPlan

from .facts import GuardCount, GuardInput, WithEarlier, count_in_words, matches


def protected_items(guard_input: GuardInput) -> GuardCount:
    """What is protected and would be touched, and who would hand over a role that opens much."""
    protect = guard_input.policy.protect
    roles = {
        f"role {operation.item} of {contact.label}"
        for contact in guard_input.differing
        for operation in guard_input.unforeseen(contact)
        if operation.facet is Facet.ROLES and matches(operation.item, protect.roles)
    }
    roles |= {f"role {row.item} of {row.contact.label}" for row in guard_input.coming_roles(protect.roles)}
    contacts = {
        contact.label
        for contact in guard_input.differing
        if guard_input.unforeseen(contact) and is_named(contact, protect.contacts)
    }
    contacts |= {row.contact.label for row in guard_input.scheduled if _is_for(row, protect.contacts)}
    holders = {
        f"{' and '.join(step.item for step in contact.handovers)} of {contact.label}, who holds {held}"
        for contact in guard_input.differing
        if contact.handovers and (held := guarded_roles(contact, guard_input.policy))
    }
    subjects = tuple(sorted(roles | contacts | holders))
    return count_in_words("protected item", "would be touched", subjects, 0)


def staff_harmed(guard_input: GuardInput) -> GuardCount:
    """The people who run the shop, and whoever the tool acts as, must not lock themselves out."""
    staff = guard_input.limits.of(STAFF)
    handed = (contact for contact in guard_input.differing if contact.handovers)
    harmed = {contact.label for contact in (*guard_input.losing, *handed) if is_named(contact, staff)}
    event = "of the staff would lose a role or get another e-mail address or username"
    return count_in_words("contact", event, tuple(sorted(harmed)), 0)


def handed_over(guard_input: GuardInput) -> GuardCount:
    """The contacts that would get another mailbox, but for those whom the other two guards refuse.

    Those of earlier runs within the guards' hours count, too: a few in each of many runs are as many.
    """
    named = (*guard_input.policy.protect.contacts, *guard_input.limits.of(STAFF))
    others = (
        contact
        for contact in guard_input.differing
        if contact.handovers
        and not is_named(contact, named)
        and not guarded_roles(contact, guard_input.policy)
    )
    limit = guard_input.limits.of(CHANGING_EMAIL)
    handed = WithEarlier.of(others, guard_input.account.recent_handovers if limit else frozenset())
    event = "would get another e-mail address or username" + handed.in_words(guard_input.limits)
    return handed.count("contact", event, limit)


def is_named(contact: ContactPlan, names: Iterable[str]) -> bool:
    """True when the contact, as it is or as it would be, is named by its e-mail, reference or id."""
    identity = contact.identity
    given = {
        str(operation.after or "")
        for operation in contact.operations
        if operation.facet is Facet.PROFILE and operation.item in IDENTIFYING_FIELDS
    }
    own = _names_of(identity) | {email_key(text) for text in given if text}
    return any(email_key(name) in own for name in names)


def _is_for(row: Scheduled, names: Iterable[str]) -> bool:
    """True for something that is scheduled anew, or otherwise than before, for one of these contacts."""
    return row.coming and is_one_of(row.contact, names)


def is_one_of(identity: Identity, names: Iterable[str]) -> bool:
    """True when a contact is named by its e-mail, reference or id."""
    return any(email_key(name) in _names_of(identity) for name in names)


def _names_of(identity: Identity) -> set[str]:
    names = (identity.email, identity.reference or "", identity.id)
    return {email_key(text) for text in names if text}


def guarded_roles(contact: ContactPlan, policy: Policy) -> str:
    """The protected and privileged roles that the contact has or would be given, in words; empty without any.

    Those count, too, that its declaration gives it later. Roles that were not read may be any.
    """
    patterns = (*policy.protect.roles, *policy.guards.of(GRANTING_ROLES))
    if patterns and contact.live is not None and contact.live.state.roles is None:
        return "roles that could not be read"
    steps = (operation for operation in contact.operations if operation.facet is Facet.ROLES)
    given = {operation.item for operation in steps if operation.after}
    later = {
        item.name for item in contact.declaration.roles or () if item.window.pending(contact.context.now)
    }
    roles = {*contact.held_before, *given, *later}
    return ", ".join(sorted(role for role in roles if matches(role, patterns)))
