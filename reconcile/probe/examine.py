"""Examines the contact before anything is written, and refuses one that is no scratch contact."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from reconcile.clock import utc_text
from reconcile.errors import Refusal
from reconcile.evance.prober import Prober
from reconcile.model.contact import Grant, Identity, Role, email_key
from reconcile.model.guards import GRANTING_ROLES
from reconcile.model.settings import Policy
from reconcile.wire.contacts_v2 import CONTACTS_V2
from reconcile.wire.roles_and_tags import ROLES_KEY
from reconcile.wire.values import read_identity

from .scratch import ContactView, ScratchContact, Snapshot, Unanswerable, changed_keys

WORD = "scratch"
"""What a contact must have in its name, company, reference or e-mail address to be written by a probe."""

POWERFUL = ("*admin*", "*staff*", "*owner*")
"""Patterns of roles that are not given, for a moment even, unless they are asked for by name."""

NAMED_BY = ("email", "reference", "firstname", "lastname", "company")


def examine(
    prober: Prober,
    policy: Policy,
    now: datetime,
    *,
    roles: Sequence[str] = (),
    earlier: Snapshot | None = None,
) -> ScratchContact:
    """The contact, ready to be probed; nothing is written. Refusal: it is no scratch contact.

    ``roles`` are those that it may be given for a while; none named: a few that are neither protected,
    ignored nor privileged by the policy, nor POWERFUL. ``earlier`` is the snapshot of a killed probe.
    """
    shown = prober.contact_as_shown()
    snapshot = earlier or Snapshot(
        prober.connection.account, prober.id, utc_text(now), shown, _in_v2(prober, shown)
    )
    _refuse_others(read_identity(snapshot.v1), snapshot.v1, policy)
    if earlier is not None and earlier.v2 is not None:
        prober.met_in_v2(str(earlier.v2["id"]))
    kept = _kept(ContactView(snapshot.v1), policy, now)
    held = {grant.reference for grant in kept or ()}
    free = [role for role in prober.roles() if role.reference not in held and _may_give(role, policy, roles)]
    # An earlier probe may have touched what differs, and the roles, which may be hidden.
    touched = {ROLES_KEY, *changed_keys(snapshot.v1, shown)} if earlier else set()
    return ScratchContact(prober, snapshot, kept, free if roles else _few(free), touched=touched)


def _refuse_others(identity: Identity, shown: Mapping[str, Any], policy: Policy) -> None:
    if identity.type == "hq":
        raise Refusal(f"contact {identity.id} is the shop itself (type hq), not a scratch contact")
    if not any(WORD in str(shown.get(key) or "").casefold() for key in NAMED_BY):
        raise Refusal(
            f"contact {identity.id} does not look like a scratch contact: a probe changes roles, tags and "
            f"fields for a while, so take a contact made for that and put the word '{WORD}' into its name, "
            "company, reference or e-mail address"
        )
    names = {identity.id, email_key(identity.email), email_key(identity.reference or "")} - {""}
    if any(email_key(name) in names for name in policy.protect.contacts):
        raise Refusal(f"contact {identity.id} is protected by the configuration")


def _kept(view: ContactView, policy: Policy, now: datetime) -> tuple[Grant, ...] | None:
    """The grants to bring back; None when they can't be read whole. Refusal: they can't be given anew."""
    try:
        grants = view.grants.values()
    except Unanswerable:
        return None
    for grant in grants:
        if _is_guarded(grant.reference, policy):
            raise Refusal(f"the contact holds {grant.reference}, which the configuration protects or ignores")
        if grant.readable and not (grant.active and grant.held(now)):
            raise Refusal(
                f"the contact's role {grant.reference} is {grant.status} or has lapsed and could not be "
                "brought back as it is: take a contact whose roles are all active"
            )
    return tuple(grants) if all(grant.readable for grant in grants) else None


def _may_give(role: Role, policy: Policy, named: Sequence[str]) -> bool:
    if _is_guarded(role.reference, policy):
        return False
    if named:
        return role.reference in named
    return not _matches(role.reference.casefold(), (*policy.guards.of(GRANTING_ROLES), *POWERFUL))


def _few(roles: Sequence[Role]) -> list[Role]:
    """As many as the questions need: two that are given at once, and one that waits for an approval."""
    plain = [role for role in roles if role.approval == "none"]
    waiting = sorted((role for role in roles if role not in plain), key=lambda role: role.approval != "admin")
    return [*plain[:2], *waiting[: max(1, 2 - len(plain))]]


def _is_guarded(reference: str, policy: Policy) -> bool:
    return _matches(reference, (*policy.protect.roles, *policy.ignore.roles))


def _matches(reference: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(reference, pattern) for pattern in patterns)


def _in_v2(prober: Prober, shown: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The contact as v2 shows it, found by its e-mail address; None when it can't be told for certain."""
    reply = prober.get(CONTACTS_V2, {"email": str(shown.get("email") or "")})
    data = (reply.body or {}).get("data")
    listed = data if reply.accepted and isinstance(data, list) else []
    # Only in the first rows: an address that many contacts share identifies none of them.
    numbers = [str(row["id"]) for row in listed[:20] if isinstance(row, dict) and "id" in row]
    met = [row for number in numbers if (row := prober.met_in_v2(number)) is not None]
    return met[0] if len(met) == 1 else None
