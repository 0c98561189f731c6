"""What refuses a plan before its first write: the guards' checks. They count people and access, not rows.

A check stands here under the name of its row in ``model/guards``.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from reconcile.clock import later
from reconcile.model.contact import Identity
from reconcile.model.guards import (
    CREATING,
    GRANTING,
    GRANTING_ROLES,
    GUARDS,
    LAST_HOLDER,
    LAST_ROLE,
    LOSING_CONTACTS,
    LOSING_HOURS,
    LOSING_SHARE,
    SHRUNK,
)
from reconcile.model.plans.change import ChangeAction
from reconcile.model.settings import OnUndeclared, Policy
from reconcile.plan.contact_plan import ContactPlan, are_unreadable, differing
from reconcile.text import count, listed, verb_form

from .allowances import Evaluation, Overrides
from .facts import (
    Check,
    GuardCount,
    GuardInput,
    OtherHolders,
    WithEarlier,
    count_in_words,
    gains,
)
from .people import handed_over, protected_items, staff_harmed

_ONLY_A_FEW = "not judged: only the contacts were looked for that the plan is about"


def evaluate(guard_input: GuardInput, overrides: Overrides) -> Evaluation:
    """What every guard says of the changes that a plan would make, in the order of their names."""
    return Evaluation.of({name: CHECKS[name](guard_input) for name in sorted(GUARDS)}, overrides)


def loss_horizon(policy: Policy, now: datetime) -> datetime:
    """Until when a role that is cut short counts as one that is taken."""
    return later(now, timedelta(hours=policy.guards.of(LOSING_HOURS)))


def roles_without_holder(
    contacts: Iterable[ContactPlan], others: OtherHolders, until: datetime
) -> tuple[str, ...]:
    """The roles that somebody holds now and nobody would hold after the plan, sorted.

    A role that a contact would hold no longer than ``until``, and held for longer before, counts as lost.
    So it is one that a contact loses, and the others are only asked about such a role.
    """
    everybody = tuple(contacts)
    moved = differing(everybody)
    taken = {role for contact in moved for role in {*contact.held_before} - {*contact.held_after(until)}}
    taken -= {role for role, holders in others.counts.items() if holders}
    for contact in (*moved, *everybody) if taken else ():
        taken.difference_update(contact.held_after(until))
    return tuple(sorted(taken))


def _creating(guard_input: GuardInput) -> GuardCount:
    created = (contact for contact in guard_input.differing if contact.action is ChangeAction.CREATE)
    limit = guard_input.limits.of(CREATING)
    counted = WithEarlier.of(created, guard_input.account.recent_creations if limit else frozenset())
    event = "would be created" + counted.in_words(guard_input.limits)
    return counted.count("contact", event, limit)


def _empty_declarations(guard_input: GuardInput) -> GuardCount:
    """Nothing declared would mean that everything is unmanaged by accident: the files are lost."""
    missing = () if guard_input.declared else ("contacts",)
    return count_in_words("declaration", "missing: nothing is declared", missing, 0)


def _granting(guard_input: GuardInput) -> GuardCount:
    """With a limit, contacts of earlier runs count, too; without one, each single gain is refused anyway.

    A role counts when it is scheduled, not again when its window starts.
    """
    privileged = guard_input.limits.of(GRANTING_ROLES)
    gaining = [
        contact
        for contact in guard_input.differing
        if any(gains(operation, privileged) for operation in guard_input.unforeseen(contact))
    ]
    coming = {row.contact for row in guard_input.coming_roles(privileged)}
    limit = guard_input.limits.of(GRANTING)
    counted = WithEarlier.of(gaining, guard_input.account.recent_gains if limit else frozenset(), coming)
    later = len(coming - {contact.identity for contact in gaining})
    event = "would gain a privileged role" + (f" ({later} of them later)" if later else "")
    return counted.count("contact", event + counted.in_words(guard_input.limits), limit)


def _incomplete_listing(guard_input: GuardInput) -> GuardCount:
    """A contact that the listing lacks may share an address or a role: nothing is decided without it."""
    gap = guard_input.account.gap
    if not (gap or guard_input.account.listed):
        return GuardCount(_ONLY_A_FEW, 0)
    if not gap:
        return GuardCount("the account was listed whole", 0)
    return GuardCount(f"the account could not be listed whole: {gap}", 1)


_BRING_BACK = "bring {0} back to .reconcile/runs, or look at what was done then before you lift this"


def _journals(guard_input: GuardInput) -> GuardCount:
    """What a missing run took away is not counted: a deleted file would make room for as much again."""
    writes = any(contact.changes for contact in guard_input.differing)
    missing = guard_input.account.missing_journals if writes else ()
    hours = guard_input.limits.of(LOSING_HOURS)
    verb, pronoun = (verb_form(len(missing), *forms) for forms in (("is", "are"), ("it", "them")))
    remedy = f": {listed(missing)}; {_BRING_BACK.format(pronoun)}" if missing else ""
    message = f"{count(len(missing), 'journal')} of the last {hours} hours {verb} missing{remedy}"
    return GuardCount(message, len(missing))


def _last_holder(guard_input: GuardInput) -> GuardCount:
    """Contacts that were not read count as holders of nothing: better refused once too often."""
    limit, others = guard_input.limits.of(LAST_HOLDER), guard_input.account.other_holders
    if others is None:
        return GuardCount("not judged: nothing is known of contacts that are not declared", 0, limit)
    soon = loss_horizon(guard_input.policy, guard_input.now)
    lost = roles_without_holder(guard_input.contacts, others, soon)
    unread = f", as far as is known ({others.unread} other contacts were not read)"
    event = "would lose the last holder" + (unread if lost and others.unread else "")
    if lost and not guard_input.account.listed:
        event = "would lose the last holder, as far as up to three tell who should hold it besides"
    people = tuple(_losers(guard_input.differing, role, soon) for role in lost)
    return replace(count_in_words("role", event, lost, limit), people=people)


def _losers(contacts: Iterable[ContactPlan], role: str, until: datetime) -> tuple[Identity, ...]:
    """Who holds the role now, and would not by then."""
    losing = (contact for contact in contacts if role in contact.held_before)
    return tuple(contact.identity for contact in losing if role not in contact.held_after(until))


def _last_role(guard_input: GuardInput) -> GuardCount:
    """A role whose end is set to the next hours is as good as taken; one that waits was none."""
    soon = loss_horizon(guard_input.policy, guard_input.now)
    stripped = WithEarlier.of(
        (contact for contact in guard_input.differing if contact.loses_last_role(soon)), frozenset()
    )
    return stripped.count("contact", "would lose the last role", guard_input.limits.of(LAST_ROLE))


def _losing_access(guard_input: GuardInput) -> GuardCount:
    """Trips only above both limits: a share alone would stop small accounts, a number alone large ones.

    The share is of those who can lose a role: declarations that manage none, or only keep some, would thin
    it. Contacts that lost a role in earlier runs within the guard's hours count, too, so that a mass removal
    that is split over several runs is stopped like one that is not.
    """
    limits = guard_input.limits
    whole = sum(contact.may_lose_roles or contact.loses_roles for contact in guard_input.contacts)
    losing = WithEarlier.of(guard_input.losing, guard_input.account.recent_losses)
    limit = max(limits.of(LOSING_CONTACTS), _share(limits.of(LOSING_SHARE), whole))
    cut = sum(not any(o.revokes for o in contact.operations) for contact in guard_input.losing)
    sooner = f" ({cut} of them by an earlier end than before)" if cut else ""
    within = losing.in_words(limits)
    event = f"of {whole} contacts that hold managed roles would lose a role{sooner}{within}"
    return losing.count("", event, limit)


def _shrunk(guard_input: GuardInput) -> GuardCount:
    """Far fewer contacts than at the last run mean a wrong account or a broken listing, not a plan."""
    if not guard_input.account.listed:
        return GuardCount(_ONLY_A_FEW, 0)
    now, before = guard_input.account.contacts, guard_input.account.before
    gone = max(0, before - now) if now is not None and before is not None else 0
    limit = _share(guard_input.limits.of(SHRUNK), before or 0)
    return GuardCount(f"{gone} contacts fewer than at the last run; the limit is {limit}", gone, limit)


def _undeclared(guard_input: GuardInput) -> GuardCount:
    """Whoever has merely deleted an entry may have meant to take the access away: it stays."""
    if guard_input.policy.undeclared is OnUndeclared.TELL:
        return GuardCount("not judged: the configuration does not say 'undeclared: refuse'", 0)
    staying = WithEarlier.of((), frozenset(), (row.contact for row in guard_input.undeclared))
    return staying.count("contact", "would keep what is declared no longer", 0)


def _unreadable(guard_input: GuardInput) -> GuardCount:
    """Refuses those contacts alone: they have no change in the plan, and the others do not depend on them.

    Whom a complete run has told of before is known, unless the account tells too little of most.
    """
    aside = ((contact, contact.set_aside()) for contact in guard_input.differing if contact.unreadable)
    trouble = are_unreadable(guard_input.contacts)
    unread = (contact for contact, entry in aside if entry is not None and (trouble or not entry.known))
    subjects = tuple(f"{contact.label}: {', '.join(contact.unreadable)}" for contact in unread)
    event = "set aside: what must be kept could not be read, and nothing is guessed"
    return count_in_words("contact", event, subjects, 0)


CHECKS: dict[str, Check] = {
    "changing-email": handed_over,
    "creating": _creating,
    "empty-declarations": _empty_declarations,
    "granting": _granting,
    "incomplete-listing": _incomplete_listing,
    "journals": _journals,
    "last-holder": _last_holder,
    "last-role": _last_role,
    "losing-access": _losing_access,
    "protected": protected_items,
    "self": staff_harmed,
    "shrunk": _shrunk,
    "undeclared": _undeclared,
    "unreadable": _unreadable,
}
"""The check of each row in the table of guards."""


def _share(share: float, whole: int) -> int:
    """The whole contacts in a share. 29 % of 100 are 29, although the product is a hair less."""
    return int(round(share * whole, 6))
