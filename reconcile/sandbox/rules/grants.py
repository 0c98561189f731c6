"""The grants that a contact has after `accessRoles` is written.

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
    """What the rules of granting need to know of a role."""

    reference: str
    title: str
    approval_method: str
    admin_approval_email: str | None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a contact holds; times in seconds since 1970, `expires` None is perpetual.

    `awaits` is `email` or `admin` while the status is `pending`.
    """

    reference: str
    name: str
    status: str
    awaits: str | None
    expires: int | None
    granted: int

    def has_expired(self, now: int) -> bool:
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
    """The contact that is granted roles: its e-mail address, and whether it was verified."""

    email: str | None
    verified: bool


def decide(
    written: Sequence[WrittenRole],
    held: Mapping[str, Grant],
    roles: Mapping[str, Role],
    holder: Holder,
    context: RequestContext,
) -> tuple[list[Grant], list[Mail]]:
    """The complete new grants of a contact, and the mails that go out for them.

    `held` and `roles` are keyed by reference. Raises Refused (422) for unknown and repeated roles.
    """
    known = _known(written, roles, context.switches)
    if context.switches.customer_role == "sticky":
        known = _with_customer(known, held, roles)
    outcomes = [
        _grant(item, held.get(item.reference), roles[item.reference], holder, context) for item in known
    ]
    return [grant for grant, _ in outcomes], [mail for _, mails in outcomes for mail in mails]


def _known(
    written: Sequence[WrittenRole], roles: Mapping[str, Role], switches: Switches
) -> list[WrittenRole]:
    """The written items in the stored spelling of their references; unknown and repeated ones are refused."""
    spelling = {_folded(reference, switches): reference for reference in roles}
    spelled = [(item, spelling.get(_folded(item.reference, switches))) for item in written]
    known = [replace(item, reference=reference) for item, reference in spelled if reference]
    unknown = [item.reference for item, reference in spelled if not reference]
    refuse_if(
        [
            *(_unknown(reference) for reference in unknown if switches.unknown_role == "reject"),
            *(_twice(reference) for reference in _repeated(known) if switches.duplicate_roles == "reject"),
            *([_too_many(switches.max_items)] if 0 < switches.max_items < len(known) else []),
        ]
    )
    return list({item.reference: item for item in known}.values())


def _repeated(written: Sequence[WrittenRole]) -> list[str]:
    counts = Counter(item.reference for item in written)
    return [reference for reference, times in counts.items() if times > 1]


def _folded(reference: str, switches: Switches) -> str:
    return reference.casefold() if switches.role_case == "fold" else reference


def _unknown(reference: str) -> Problem:
    return Problem("accessRoles", f"there is no access role {reference}", UNKNOWN)


def _twice(reference: str) -> Problem:
    return Problem("accessRoles", f"{reference} is named twice")


def _too_many(most: int) -> Problem:
    return Problem("accessRoles", f"must not have more than {most} items")


def _with_customer(
    written: list[WrittenRole], held: Mapping[str, Grant], roles: Mapping[str, Role]
) -> list[WrittenRole]:
    """The written items and `customer`, with the expiry that it has."""
    if CUSTOMER not in roles or any(item.reference == CUSTOMER for item in written):
        return written
    return [*written, WrittenRole(CUSTOMER, held[CUSTOMER].expires if CUSTOMER in held else None)]


def _grant(
    written: WrittenRole, held: Grant | None, role: Role, holder: Holder, context: RequestContext
) -> tuple[Grant, list[Mail]]:
    """One written item as a grant. An expired grant counts as not held."""
    current = held if held and not held.has_expired(context.now) else None
    expires = _expiry(written, current, context.switches)
    new = Grant(role.reference, role.title, "active", None, expires, context.now)
    if written.active:
        granted = current.granted if current and current.status == "active" else context.now
        mails = _granted_mail(new, current, holder) if context.switches.active_mail == "yes" else []
        return replace(new, granted=granted), mails
    if current and context.switches.held_grant == "keep":
        return replace(current, expires=new.expires), []
    return _by_default_rules(new, role, holder)


def _expiry(written: WrittenRole, current: Grant | None, switches: Switches) -> int | None:
    if written.expires != OMITTED:
        return written.expires
    return current.expires if current and switches.omitted_expires == "keep" else None


def _granted_mail(new: Grant, current: Grant | None, holder: Holder) -> list[Mail]:
    becomes_active = current is None or current.status != "active"
    return [Mail("granted", holder.email, new.reference)] if becomes_active and holder.email else []


def _by_default_rules(new: Grant, role: Role, holder: Holder) -> tuple[Grant, list[Mail]]:
    """Grant as the role's `approvalMethod` says (Evance help: the Access Role object)."""
    match role.approval_method:
        case "email" if not holder.verified:
            mails = [Mail("verification", holder.email, role.reference)] if holder.email else []
            return replace(new, status="pending", awaits="email"), mails
        case "admin":
            mail = Mail("approval-request", role.admin_approval_email or SHOP_MAIL, role.reference)
            return replace(new, status="pending", awaits="admin"), [mail]
        case _:
            return new, []
