"""What becomes of a contact's grants when `accessRoles` is written.

Source: Evance help, Updating a Contact: strings follow the role's own rules, objects may bring an expiry
and skip verification and approval, and every grant that is not named is dropped.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reconcile.sandbox.refusals import UNKNOWN, Problem, refuse_if
from reconcile.sandbox.switches import RequestContext, Switches

from .written_roles import OMITTED, WrittenRole

CUSTOMER = "customer"

SHOP_MAIL = "shop@sandbox.evance.me"


@dataclass(frozen=True, slots=True)
class Role:
    """What granting needs to know of a role."""

    reference: str
    title: str
    approval_method: str
    admin_approval_email: str | None


@dataclass(frozen=True, slots=True)
class Grant:
    """A contact's holding of a role; times in seconds since 1970, `expires` None is perpetual."""

    reference: str
    name: str
    status: str
    awaits: str | None
    expires: int | None
    granted: int

    def lapsed(self, now: int) -> bool:
        """Whether its expiry has passed."""
        return self.expires is not None and self.expires <= now


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that Evance would send."""

    kind: str
    recipient: str
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is granted something: address and whether it was verified."""

    email: str | None
    verified: bool


def decide(
    wanted: Sequence[WrittenRole],
    held: Mapping[str, Grant],
    roles: Mapping[str, Role],
    holder: Holder,
    terms: RequestContext,
) -> tuple[list[Grant], list[Mail]]:
    """The complete new grants of a contact, and the mails that go out for them.

    `held` and `roles` are keyed by reference. Raises Refused (422) for unknown and repeated roles.
    """
    known = _known(wanted, roles, terms.switches)
    if terms.switches.customer_role == "sticky":
        known = _with_customer(known, held, roles)
    outcomes = [_grant(one, held.get(one.reference), roles[one.reference], holder, terms) for one in known]
    return [grant for grant, _ in outcomes], [mail for _, mails in outcomes for mail in mails]


def _known(wanted: Sequence[WrittenRole], roles: Mapping[str, Role], switches: Switches) -> list[WrittenRole]:
    """The wanted items with references in stored spelling, unknown and repeated ones settled."""
    spelling = {_folded(one, switches): one for one in roles}
    found = [(one, spelling.get(_folded(one.reference, switches))) for one in wanted]
    known = [replace(one, reference=reference) for one, reference in found if reference]
    unknown = [one.reference for one, reference in found if not reference]
    refuse_if(
        [
            *(_unknown(one) for one in unknown if switches.unknown_role == "reject"),
            *(_twice(one) for one in _repeated(known) if switches.duplicate_roles == "reject"),
            *([_too_many(switches.max_items)] if 0 < switches.max_items < len(known) else []),
        ]
    )
    return list({one.reference: one for one in known}.values())


def _repeated(wanted: Sequence[WrittenRole]) -> list[str]:
    return [reference for reference, times in Counter(one.reference for one in wanted).items() if times > 1]


def _folded(reference: str, switches: Switches) -> str:
    return reference.casefold() if switches.role_case == "fold" else reference


def _unknown(reference: str) -> Problem:
    return Problem("accessRoles", f"there is no access role {reference}", UNKNOWN)


def _twice(reference: str) -> Problem:
    return Problem("accessRoles", f"{reference} is named twice")


def _too_many(most: int) -> Problem:
    return Problem("accessRoles", f"must not have more than {most} items")


def _with_customer(
    wanted: list[WrittenRole], held: Mapping[str, Grant], roles: Mapping[str, Role]
) -> list[WrittenRole]:
    if CUSTOMER not in roles or any(one.reference == CUSTOMER for one in wanted):
        return wanted
    return [*wanted, WrittenRole(CUSTOMER, held[CUSTOMER].expires if CUSTOMER in held else None)]


def _grant(
    wanted: WrittenRole, held: Grant | None, role: Role, holder: Holder, terms: RequestContext
) -> tuple[Grant, list[Mail]]:
    """One wanted item as a grant. A lapsed grant counts as not held."""
    standing = held if held and not held.lapsed(terms.now) else None
    expires = _expiry(wanted, standing, terms.switches)
    fresh = Grant(role.reference, role.title, "active", None, expires, terms.now)
    if wanted.active:
        begun = standing.granted if standing and standing.status == "active" else terms.now
        mails = _granted_mail(fresh, standing, holder) if terms.switches.active_mail == "yes" else []
        return replace(fresh, granted=begun), mails
    if standing and terms.switches.held_grant == "keep":
        return replace(standing, expires=fresh.expires), []
    return _by_default_rules(fresh, role, holder)


def _expiry(wanted: WrittenRole, standing: Grant | None, switches: Switches) -> int | None:
    if wanted.expires != OMITTED:
        return wanted.expires
    return standing.expires if standing and switches.omitted_expires == "keep" else None


def _granted_mail(fresh: Grant, standing: Grant | None, holder: Holder) -> list[Mail]:
    news = standing is None or standing.status != "active"
    return [Mail("granted", holder.email, fresh.reference)] if news and holder.email else []


def _by_default_rules(fresh: Grant, role: Role, holder: Holder) -> tuple[Grant, list[Mail]]:
    """Grant as the role's `approvalMethod` says (Evance help: the Access Role object)."""
    match role.approval_method:
        case "email" if not holder.verified:
            mails = [Mail("verification", holder.email, role.reference)] if holder.email else []
            return replace(fresh, status="pending", awaits="email"), mails
        case "admin":
            mail = Mail("approval-request", role.admin_approval_email or SHOP_MAIL, role.reference)
            return replace(fresh, status="pending", awaits="admin"), [mail]
        case _:
            return fresh, []
