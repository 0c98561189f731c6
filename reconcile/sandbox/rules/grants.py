"""What becomes of a contact's grants when `accessRoles` is written.

Source: Evance help, Updating a Contact: strings follow the role's own rules, objects may bring an expiry
and skip verification and approval, and every grant that is not named is dropped.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reconcile.sandbox.problems import REQUIRED, UNKNOWN, Problem, Refused, refuse_if
from reconcile.sandbox.rules.fields import text_problem
from reconcile.sandbox.switches import Switches
from reconcile.sandbox.times import from_atom

CUSTOMER = "customer"
SHOP_MAIL = "shop@sandbox.evance.me"
_OMITTED = -1


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
class Wanted:
    """One item of `accessRoles`: `expires` is `_OMITTED` when not named, `active` skips the role's rules."""

    reference: str
    expires: int | None = _OMITTED
    active: bool = False


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


def read_wanted(value: object, switches: Switches, now: int) -> list[Wanted] | None:
    """The items of a written `accessRoles`; None when the key counts as absent.

    Raises Refused (422) with every wrong item at once.
    """
    if isinstance(value, dict):
        if switches.map_write == "ignore":
            return None
        value = _from_map(value) if switches.map_write == "accept" else value
    if not isinstance(value, list):
        raise Refused(422, Problem("accessRoles", "must be an array"))
    parsed = [_read_item(item, switches, now) for item in value]
    refuse_if([one for one in parsed if isinstance(one, Problem)])
    return [one for one in parsed if isinstance(one, Wanted)]


def decide(
    wanted: Sequence[Wanted],
    held: Mapping[str, Grant],
    roles: Mapping[str, Role],
    holder: Holder,
    switches: Switches,
    now: int,
) -> tuple[list[Grant], list[Mail]]:
    """The complete new grants of a contact, and the mails that go out for them.

    `held` and `roles` are keyed by reference. Raises Refused (422) for unknown and repeated roles.
    """
    known = _known(wanted, roles, switches)
    if switches.customer_role == "sticky":
        known = _with_customer(known, held, roles)
    outcomes = [
        _grant(one, held.get(one.reference), roles[one.reference], holder, switches, now) for one in known
    ]
    return [grant for grant, _ in outcomes], [mail for _, mails in outcomes for mail in mails]


def _from_map(value: dict[str, Any]) -> list[Any]:
    """The read form as items of the written one: the key is the reference."""
    items = []
    for reference, inner in value.items():
        known = (
            {key: inner[key] for key in ("expires", "status") if key in inner}
            if isinstance(inner, dict)
            else {}
        )
        items.append({**known, "reference": reference})
    return items


def _read_item(item: object, switches: Switches, now: int) -> Wanted | Problem:
    match item:
        case str():
            return text_problem("accessRoles", item) or Wanted(item)
        case {"reference": str() as reference}:
            return text_problem("accessRoles", reference) or _read_object(reference, item, switches, now)
        case dict():
            return Problem("accessRoles", "an object must name a reference", REQUIRED)
        case _:
            return Problem("accessRoles", "an item must be a reference or an object")


def _read_object(reference: str, item: Mapping[str, Any], switches: Switches, now: int) -> Wanted | Problem:
    status = item.get("status")
    if status not in (None, "active") and switches.other_status == "reject":
        return Problem("accessRoles", f"status of {reference} may only be active")
    expires = _read_expires(reference, item, switches, now)
    return expires if isinstance(expires, Problem) else Wanted(reference, expires, status == "active")


def _read_expires(
    reference: str, item: Mapping[str, Any], switches: Switches, now: int
) -> int | Problem | None:
    if "expires" not in item:
        return _OMITTED
    expires = item["expires"]
    if expires is None and switches.null_expires == "perpetual":
        return None
    try:
        moment = from_atom(expires) if isinstance(expires, str) else None
    except ValueError:
        moment = None
    if moment is None:
        return Problem("accessRoles", f"expires of {reference} is not an ATOM date-time")
    if moment <= now and switches.past_expires == "reject":
        return Problem("accessRoles", f"expires of {reference} has passed")
    return moment


def _known(wanted: Sequence[Wanted], roles: Mapping[str, Role], switches: Switches) -> list[Wanted]:
    """The wanted items with references in stored spelling, unknown and repeated ones settled."""
    spelling = (
        {one.casefold(): one for one in roles}
        if switches.role_case == "fold"
        else {one: one for one in roles}
    )
    spelt = [(one, spelling.get(_folded(one.reference, switches))) for one in wanted]
    problems = [
        _unknown(one.reference) for one, found in spelt if not found and switches.unknown_role == "reject"
    ]
    known = [replace(one, reference=found) for one, found in spelt if found]
    if switches.duplicate_roles == "reject":
        repeated = [
            reference for reference, times in Counter(one.reference for one in known).items() if times > 1
        ]
        problems += [Problem("accessRoles", f"{reference} is named twice") for reference in repeated]
    if switches.max_items and len(known) > switches.max_items:
        problems.append(Problem("accessRoles", f"must not have more than {switches.max_items} items"))
    refuse_if(problems)
    return list({one.reference: one for one in known}.values())


def _folded(reference: str, switches: Switches) -> str:
    return reference.casefold() if switches.role_case == "fold" else reference


def _unknown(reference: str) -> Problem:
    return Problem("accessRoles", f"there is no access role {reference}", UNKNOWN)


def _with_customer(
    wanted: list[Wanted], held: Mapping[str, Grant], roles: Mapping[str, Role]
) -> list[Wanted]:
    if CUSTOMER not in roles or any(one.reference == CUSTOMER for one in wanted):
        return wanted
    return [*wanted, Wanted(CUSTOMER, held[CUSTOMER].expires if CUSTOMER in held else None)]


def _grant(
    wanted: Wanted, held: Grant | None, role: Role, holder: Holder, switches: Switches, now: int
) -> tuple[Grant, list[Mail]]:
    """One wanted item as a grant. A lapsed grant counts as not held."""
    standing = held if held and not held.lapsed(now) else None
    fresh = Grant(role.reference, role.title, "active", None, _expiry(wanted, standing, switches), now)
    if wanted.active:
        begun = standing.granted if standing and standing.status == "active" else now
        mails = _granted_mail(fresh, standing, holder) if switches.active_mail == "yes" else []
        return replace(fresh, granted=begun), mails
    if standing and switches.held_grant == "keep":
        return replace(standing, expires=fresh.expires), []
    return _by_default_rules(fresh, role, holder)


def _expiry(wanted: Wanted, standing: Grant | None, switches: Switches) -> int | None:
    if wanted.expires != _OMITTED:
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
