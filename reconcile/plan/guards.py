"""Guards: what refuses a plan before its first write. They count people and access, not rows."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from reconcile.model.contact import email_key
from reconcile.model.facets import Facet
from reconcile.model.plan import INCOMPLETE, UNREADABLE, ChangeAction, Operation, Verdict
from reconcile.model.settings import Guards, Policy
from reconcile.text import plural

from .contact_plan import ContactPlan


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is known of the whole account.

    ``contacts`` is the number of listed contacts, ``before`` the number at the last run (None: not known).
    ``gap`` says why the listing may lack contacts; empty when it is proven whole. ``holders`` counts, by
    role, the holders among contacts that are not declared (None: nothing is known of them), and ``unread``
    is how many of those contacts could be holders, too, since their grants were not read. ``recent_losses``
    are the ids of contacts that lost a role in earlier runs within the guard's hours.
    """

    contacts: int | None = None
    before: int | None = None
    gap: str = ""
    holders: Mapping[str, int] | None = None
    unread: int = 0
    recent_losses: frozenset[str] = frozenset()


UNKNOWN_FACTS = AccountFacts()
"""The census when nothing is known beyond the declared contacts."""


@dataclass(frozen=True, slots=True)
class GuardInput:
    """What every guard looks at: the contacts on their way into the plan, the policy, the account.

    ``declared`` counts the declarations, those included that found no contact in an incomplete listing.
    """

    drafts: Sequence[ContactPlan]
    declared: int
    policy: Policy
    census: AccountFacts
    now: datetime

    @property
    def limits(self) -> Guards:
        """The configured limits."""
        return self.policy.guards

    @property
    def losing(self) -> tuple[ContactPlan, ...]:
        """The contacts that would lose a role, now or by an earlier end than before."""
        return tuple(
            draft for draft in self.drafts if any(step.revokes or step.shortens for step in draft.operations)
        )

    @property
    def soon(self) -> datetime:
        """Until when a role that is cut short counts as one that is taken."""
        return self.now + timedelta(hours=self.limits.losing_access_hours)


def evaluate(inquiry: GuardInput) -> tuple[Verdict, ...]:
    """The verdict of every guard on the changes that a plan would make, in the order of their names."""
    return tuple(guard(inquiry) for guard in _CHECKS)


def _creating(inquiry: GuardInput) -> Verdict:
    created = (draft for draft in inquiry.drafts if draft.action is ChangeAction.CREATE)
    return _counted_verdict(
        "creating", "contact", "would be created", _labels(created), inquiry.limits.creating
    )


def _empty_declarations(inquiry: GuardInput) -> Verdict:
    """Nothing declared would mean that everything is unmanaged by accident: the files are lost."""
    missing = () if inquiry.declared else ("contacts",)
    return _counted_verdict("empty-declarations", "declaration", "missing: nothing is declared", missing, 0)


def _granting(inquiry: GuardInput) -> Verdict:
    privileged = inquiry.limits.granting_roles
    gaining = (
        draft for draft in inquiry.drafts if any(_gains(step, privileged) for step in draft.operations)
    )
    what = "would gain a privileged role"
    return _counted_verdict("granting", "contact", what, _labels(gaining), inquiry.limits.granting)


def _gains(step: Operation, privileged: Sequence[str]) -> bool:
    """True when the step gives a privileged role, for longer than before, or active without approval."""
    gives = step.before is None or step.bypasses_approval or step.lengthens
    return step.facet is Facet.ROLES and gives and _matches(step.item, privileged)


def _incomplete_listing(inquiry: GuardInput) -> Verdict:
    """A contact that the listing lacks may share an address or a role: nothing is decided without it."""
    gap = inquiry.census.gap
    told = f"the account could not be listed whole: {gap}" if gap else "the account was listed whole"
    return Verdict(INCOMPLETE, not gap, told, int(bool(gap)))


def _last_holder(inquiry: GuardInput) -> Verdict:
    """Contacts that were not read count as holders of nothing: better refused once too often."""
    what = "would lose the last holder"
    if inquiry.census.holders is None:
        message = "not judged: nothing is known of contacts that are not declared"
        return Verdict("last-holder", passed=True, message=message, limit=inquiry.limits.last_holder)
    before = Counter(inquiry.census.holders)
    after = Counter(inquiry.census.holders)
    for draft in inquiry.drafts:
        before.update(draft.held_before)
        after.update(draft.held_after(inquiry.soon))
    orphaned = tuple(sorted(role for role in before if not after[role]))
    if orphaned and inquiry.census.unread:
        what += f", as far as is known ({inquiry.census.unread} other contacts were not read)"
    return _counted_verdict("last-holder", "role", what, orphaned, inquiry.limits.last_holder)


def _last_role(inquiry: GuardInput) -> Verdict:
    """A role whose end is set to the next hours is as good as taken."""
    soon = inquiry.soon
    stripped = (draft for draft in inquiry.drafts if draft.roles_before and not draft.roles_after(soon))
    what = "would lose the last role"
    return _counted_verdict("last-role", "contact", what, _labels(stripped), inquiry.limits.last_role)


def _losing_access(inquiry: GuardInput) -> Verdict:
    """Trips only above both limits: a share alone would stop small accounts, a number alone large ones.

    Contacts that lost a role in earlier runs within the guard's hours count, too, so that a mass removal that
    is split over several runs is stopped like one that is not.
    """
    limits, declared = inquiry.limits, inquiry.declared
    losing = {draft.identity.id: draft.label for draft in inquiry.losing}
    earlier = inquiry.census.recent_losses - losing.keys() if losing else frozenset[str]()
    subjects = (*sorted(losing.values()), *(f"contact {lost} (earlier)" for lost in sorted(earlier)))
    limit = max(limits.losing_access_contacts, _share(limits.losing_access_share, declared))
    cut = sum(not any(step.revokes for step in draft.operations) for draft in inquiry.losing)
    sooner = f" ({cut} of them by an earlier end than before)" if cut else ""
    within = f" ({len(earlier)} of them in the last {limits.losing_access_hours} hours)" if earlier else ""
    what = f"of {declared} declared contacts would lose a role{sooner}{within}"
    return _counted_verdict("losing-access", "", what, subjects, limit)


def _protected(inquiry: GuardInput) -> Verdict:
    protect = inquiry.policy.protect
    touched = {
        f"role {step.item} of {draft.label}"
        for draft in inquiry.drafts
        for step in draft.operations
        if step.facet is Facet.ROLES and _matches(step.item, protect.roles)
    }
    touched |= {
        draft.label for draft in inquiry.drafts if draft.changes and _is_named(draft, protect.contacts)
    }
    return _counted_verdict("protected", "protected item", "would be touched", tuple(sorted(touched)), 0)


def _self(inquiry: GuardInput) -> Verdict:
    """The people who run the shop, and whoever the tool acts as, must not lock themselves out."""
    staff = (draft for draft in inquiry.losing if _is_named(draft, inquiry.limits.staff))
    return _counted_verdict("self", "contact", "of the staff would lose a role", _labels(staff), 0)


def _shrunk(inquiry: GuardInput) -> Verdict:
    """Far fewer contacts than at the last run mean a wrong account or a broken listing, not a plan."""
    now, before = inquiry.census.contacts, inquiry.census.before
    gone = max(0, before - now) if now is not None and before is not None else 0
    limit = _share(inquiry.limits.shrunk, before or 0)
    message = f"{gone} contacts fewer than at the last run; the limit is {limit}"
    return Verdict("shrunk", gone <= limit, message, gone, limit)


def _unreadable(inquiry: GuardInput) -> Verdict:
    """Refuses those contacts alone: they have no change in the plan, and the others do not depend on them."""
    unread = (draft for draft in inquiry.drafts if draft.unreadable)
    found = tuple(f"{draft.label}: {', '.join(draft.unreadable)}" for draft in unread)
    what = "left alone: what must be kept could not be read, and nothing is guessed"
    return _counted_verdict(UNREADABLE, "contact", what, found, 0)


_CHECKS: tuple[Callable[[GuardInput], Verdict], ...] = (
    _creating,
    _empty_declarations,
    _granting,
    _incomplete_listing,
    _last_holder,
    _last_role,
    _losing_access,
    _protected,
    _self,
    _shrunk,
    _unreadable,
)


def _share(share: float, whole: int) -> int:
    """The whole contacts in a share. 29 % of 100 are 29, although the product is a hair less."""
    return int(round(share * whole, 6))


def _counted_verdict(guard: str, noun: str, what: str, subjects: tuple[str, ...], limit: int) -> Verdict:
    found = len(subjects)
    counted = f"{found} {plural(found, noun)}" if noun else str(found)
    return Verdict(guard, found <= limit, f"{counted} {what}; the limit is {limit}", found, limit, subjects)


def _is_named(draft: ContactPlan, names: Sequence[str]) -> bool:
    """True when the contact is one of those named by e-mail, reference or id."""
    who = draft.identity
    own = {email_key(who.email), email_key(who.reference or ""), who.id} - {""}
    return any(email_key(name) in own for name in names)


def _labels(drafts: Iterable[ContactPlan]) -> tuple[str, ...]:
    return tuple(sorted(draft.label for draft in drafts))


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
