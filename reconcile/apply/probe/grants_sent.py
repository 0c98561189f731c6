"""Probes of what a written ``accessRoles`` does."""

from secrets import token_hex
from typing import Any

from reconcile.evance import wire

from .asking import Probe, Said
from .scratch import FAR, NEARER, Scratch, active
from .view import Unsettled


def all_revoked(scratch: Scratch) -> Said:
    """An empty list, after a role was given."""
    scratch.holding(active(scratch.role()))
    left = sorted(scratch.must({"accessRoles": []}).grants)
    if left:
        return Said("some stay", f"an empty list left {', '.join(left)}")
    return Said("all go", "an empty list took all roles away")


def unknown_role(scratch: Scratch) -> Said:
    """A reference that no role has, beside one that is there."""
    role = scratch.role()
    reply = scratch.grant(active(role), f"no-such-role-{token_hex(4)}")
    if not reply.accepted:
        return Said("rejected", f"an update with the reference of no role was answered {reply.status}")
    if role in scratch.look().grants:
        return Said("dropped", "the reference of no role was passed over without a word")
    return Said("drops others", "the reference of no role took other roles of the same update with it")


def reference_case(scratch: Scratch) -> Said:
    """A role's reference in the other letter case."""
    role = next((one.reference for one in scratch.free if one.reference.swapcase() != one.reference), None)
    if role is None:
        raise Unsettled("no role has a reference with letters")
    scratch.holding()
    reply = scratch.grant(active(role.swapcase()))
    if reply.accepted and role in scratch.look().grants:
        return Said("folded", "a reference in another letter case means the same role")
    return Said("exact", "a reference in another letter case is the reference of no role")


def twice(scratch: Scratch) -> Said:
    """The same role twice."""
    role = scratch.role()
    reply = scratch.grant(active(role, FAR), active(role, NEARER))
    if not reply.accepted:
        return Said("rejected", f"the same role twice was answered {reply.status}")
    which = {FAR: "first", NEARER: "last"}
    shown = wire.instant(scratch.look().expiry(role) or "")
    said = next((word for sent, word in which.items() if wire.instant(sent) == shown), "neither")
    return Said(said, f"of the same role twice, the {said} one counted")


def other_status(scratch: Scratch) -> Said:
    """A written status that is not ``active``."""
    role = scratch.role()
    scratch.holding()
    reply = scratch.grant({"reference": role, "status": "pending"})
    if not reply.accepted:
        return Said("rejected", f"`status: pending` was answered {reply.status}")
    if scratch.look().status(role) == "active":
        return Said("ignored", "`status: pending` was passed over: the role went by its own rules")
    return Said("takes effect", "`status: pending` made a grant that is not active")


def without_status(scratch: Scratch) -> Said:
    """An object without a status, for a role that asks for approval."""
    role = scratch.role_by_approval()
    scratch.holding()
    if scratch.holding({"reference": role}).status(role) == "active":
        return Said("active", "an object without a status was active at once")
    return Said("role's rules", "an object without a status went by the role's own rules, as a string does")


def pending_again(scratch: Scratch) -> Said:
    """A grant that waits for approval, sent once more as a string."""
    role = scratch.role_by_approval()
    scratch.holding()
    first = scratch.holding(role).status(role)
    if first == "active":
        raise Unsettled(f"{role} was active at once: the contact's address may be verified already")
    return _kept_or_not(scratch.holding(role).status(role) == first, "a waiting grant sent again")


def active_again(scratch: Scratch) -> Said:
    """An active grant of a role that asks for approval, sent once more as a string."""
    role = scratch.role_by_approval()
    if scratch.holding(active(role)).status(role) != "active":
        raise Unsettled(f"{role} could not be made active")
    if scratch.holding(role).status(role) == "active":
        return Said("keeps", "an active grant sent again without a status stayed active")
    return Said("begins anew", "an active grant sent again without a status had to wait for approval")


def _kept_or_not(same: bool, what: str) -> Said:  # noqa: FBT001 -- the one thing it is about
    return Said("keeps", f"{what} stayed as it was") if same else Said("changes", f"{what} changed")


def narrowed_scope(scratch: Scratch) -> Said:
    """An update of roles with a token that has the scope ``contacts`` alone."""
    token = scratch.prober.token_for("contacts")
    if token is None:
        raise Unsettled("the account gave no token for the scope `contacts` alone")
    if scratch.prober.get("/api/v2/roles.json", {"limit": "1"}, token=token).accepted:
        raise Unsettled("a token for the scope `contacts` alone could read the roles too")
    reply = scratch.write({"accessRoles": scratch.carried()}, token=token)
    if reply.accepted:
        return Said("contacts", "the scope `contacts` is enough to write roles")
    if reply.status == 403:
        return Said("contacts, roles", "to write roles, the app needs the scope `roles` too")
    raise Unsettled(f"an update with the scope `contacts` alone was answered {reply.status}")


def read_form(scratch: Scratch) -> Said:
    """The roles sent back as they were shown: a map of one role, while the contact holds another one."""
    sent, held = scratch.role(0), scratch.role(1)
    shown = {sent: _without_expiry(scratch.holding(active(sent)).inner(sent))}
    scratch.holding(active(held))
    reply = scratch.write({"accessRoles": shown})
    found = set(scratch.look().grants) & {sent, held}
    if not reply.accepted:
        return Said("rejected", f"roles sent back as they are shown, as a map, were answered {reply.status}")
    return {
        frozenset({sent}): Said("takes effect", "a map of roles was taken as the new roles"),
        frozenset({held}): Said("ignored", "a map of roles was passed over"),
        frozenset({sent, held}): Said("adds", "a map of roles was added to those held"),
    }.get(frozenset(found), Said("empties", "a map of roles took all roles away"))


def _without_expiry(inner: Any) -> dict[str, Any]:
    """Of a perpetual grant: `expires: null` is a question of its own."""
    return {key: value for key, value in inner.items() if value is not None}


PROBES = (
    Probe("roles-empty", "Does an empty list take all roles away?", all_revoked),
    Probe("role-unknown", "What becomes of the reference of no role?", unknown_role),
    Probe("role-case", "Does letter case count in a role's reference?", reference_case),
    Probe("role-twice", "What becomes of a role that is named twice?", twice),
    Probe("status-other", "What becomes of a written status other than `active`?", other_status),
    Probe("status-omitted", "Does an object without a status go by the role's rules?", without_status),
    Probe("pending-again", "Does a waiting grant stay so when it is sent again?", pending_again),
    Probe(
        "held-again", "Does a held grant stay active when it is sent again without a status?", active_again
    ),
    Probe("roles-scope", "Which scopes does writing roles need?", narrowed_scope),
    Probe("read-form", "What becomes of roles sent back in the form in which they are shown?", read_form),
)
