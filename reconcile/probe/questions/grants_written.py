"""Questions about what a written ``accessRoles`` does, expiries included."""

from secrets import token_hex

from reconcile.model.facets import Facet
from reconcile.probe.question import Answer, Question, refuse_write
from reconcile.probe.scratch import FAR, NEARER, PAST, RoleItem, ScratchContact, Unanswerable, active
from reconcile.wire.roles_and_tags import ROLES_KEY, ROLES_V2
from reconcile.wire.values import parse_atom


def ask_roles_empty(scratch: ScratchContact) -> Answer:
    """An empty list, after a role was given."""
    scratch.give(active(scratch.role()))
    left = sorted(scratch.must({ROLES_KEY: []}).grants)
    if left:
        return Answer("some stay", f"an empty list left {', '.join(left)}")
    return Answer("all go", "an empty list took all roles away")


def ask_role_unknown(scratch: ScratchContact) -> Answer:
    """A reference that no role has, next to one that is there."""
    role = scratch.role()
    reply = scratch.send_grants(active(role), f"no-such-role-{token_hex(4)}")
    if not reply.accepted:
        return Answer("rejected", f"an update with the reference of no role was answered {reply.status}")
    if role in scratch.look().grants:
        return Answer("dropped", "the reference of no role was passed over without a word")
    return Answer("drops others", "the reference of no role took other roles of the same update with it")


def ask_role_case(scratch: ScratchContact) -> Answer:
    """A role's reference in the other letter case."""
    references = (role.reference for role in scratch.free)
    role = next((name for name in references if name.swapcase() != name), None)
    if role is None:
        raise Unanswerable("no role has a reference with letters")
    scratch.take_back_roles()
    reply = scratch.send_grants(active(role.swapcase()))
    if reply.accepted and role in scratch.look().grants:
        return Answer("folded", "a reference in another letter case means the same role")
    return Answer("exact", "a reference in another letter case is the reference of no role")


def ask_role_twice(scratch: ScratchContact) -> Answer:
    """The same role twice."""
    role = scratch.role()
    reply = scratch.send_grants(active(role, FAR), active(role, NEARER))
    if not reply.accepted:
        return Answer("rejected", f"the same role twice was answered {reply.status}")
    which = {FAR: "first", NEARER: "last"}
    shown = parse_atom(scratch.look().expiry(role) or "")
    counted = next((word for sent, word in which.items() if parse_atom(sent) == shown), "neither")
    return Answer(counted, f"of the same role twice, the {counted} one counted")


def ask_status_other(scratch: ScratchContact) -> Answer:
    """A written status that is not ``active``."""
    role = scratch.role()
    scratch.take_back_roles()
    reply = scratch.send_grants({"reference": role, "status": "pending"})
    if not reply.accepted:
        return Answer("rejected", f"`status: pending` was answered {reply.status}")
    if scratch.look().status(role) == "active":
        return Answer("ignored", "`status: pending` was passed over: the role went by its own rules")
    return Answer("takes effect", "`status: pending` made a grant that is not active")


def ask_status_omitted(scratch: ScratchContact) -> Answer:
    """An object without a status, for a role that asks for approval."""
    role = scratch.role_by_approval()
    scratch.take_back_roles()
    if scratch.give({"reference": role}).status(role) == "active":
        return Answer("active", "an object without a status was active at once")
    return Answer("role's rules", "an object without a status went by the role's own rules, as a string does")


def ask_pending_again(scratch: ScratchContact) -> Answer:
    """A grant that waits for approval, sent once more as a string."""
    role = scratch.role_by_approval()
    scratch.take_back_roles()
    first = scratch.give(role).status(role)
    if first == "active":
        raise Unanswerable(f"{role} was active at once: the contact's address may be verified already")
    if scratch.give(role).status(role) == first:
        return Answer("keeps", "a waiting grant sent again stayed as it was")
    return Answer("changes", "a waiting grant sent again changed")


def ask_held_again(scratch: ScratchContact) -> Answer:
    """An active grant of a role that asks for approval, sent once more as a string."""
    role = scratch.role_by_approval()
    if scratch.give(active(role)).status(role) != "active":
        raise Unanswerable(f"{role} could not be made active")
    if scratch.give(role).status(role) == "active":
        return Answer("keeps", "an active grant sent again without a status stayed active")
    return Answer("begins anew", "an active grant sent again without a status had to wait for approval")


def ask_roles_scope(scratch: ScratchContact) -> Answer:
    """An update of roles with a token that has the scope ``contacts`` alone."""
    token = scratch.prober.token_for("contacts")
    if token is None:
        raise Unanswerable("the account gave no token for the scope `contacts` alone")
    if scratch.prober.get(ROLES_V2, {"limit": "1"}, token=token).accepted:
        raise Unanswerable("a token for the scope `contacts` alone could read the roles too")
    reply = scratch.write({ROLES_KEY: scratch.carried()}, token=token)
    if reply.accepted:
        return Answer("contacts", "the scope `contacts` is enough to write roles")
    if reply.status == 403:
        return Answer("contacts, roles", "to write roles, the app needs the scope `roles` too")
    raise Unanswerable(f"an update with the scope `contacts` alone was answered {reply.status}")


def ask_read_form(scratch: ScratchContact) -> Answer:
    """The roles sent back as they were shown: a map of one role, while the contact holds another one."""
    sent, held = scratch.role(0), scratch.role(1)
    inner = scratch.give(active(sent)).inner(sent)
    # Of a perpetual grant: `expires: null` is a question of its own.
    shown = {sent: {key: value for key, value in inner.items() if value is not None}}
    scratch.give(active(held))
    reply = scratch.write({ROLES_KEY: shown})
    grants = frozenset(scratch.look().grants) & {sent, held}
    if not reply.accepted:
        return Answer(
            "rejected", f"roles sent back as they are shown, as a map, were answered {reply.status}"
        )
    return {
        frozenset({sent}): Answer("takes effect", "a map of roles was taken as the new roles"),
        frozenset({held}): Answer("ignored", "a map of roles was passed over"),
        frozenset({sent, held}): Answer("adds", "a map of roles was added to those held"),
    }.get(grants, Answer("empties", "a map of roles took all roles away"))


GRANT_QUESTIONS = (
    Question("roles-empty", "Does an empty list take all roles away?", ask_roles_empty),
    Question(
        "role-unknown",
        "What becomes of the reference of no role?",
        ask_role_unknown,
        (refuse_write(Facet.ROLES, lambda answer: answer == "drops others"),),
    ),
    Question("role-case", "Does letter case count in a role's reference?", ask_role_case),
    Question("role-twice", "What becomes of a role that is named twice?", ask_role_twice),
    Question("status-other", "What becomes of a written status other than `active`?", ask_status_other),
    Question("status-omitted", "Does an object without a status go by the role's rules?", ask_status_omitted),
    Question("pending-again", "Does a waiting grant stay so when it is sent again?", ask_pending_again),
    Question(
        "held-again", "Does a held grant stay active when it is sent again without a status?", ask_held_again
    ),
    Question("roles-scope", "Which scopes does writing roles need?", ask_roles_scope),
    Question(
        "read-form", "What becomes of roles sent back in the form in which they are shown?", ask_read_form
    ),
)

FAR_EASTWARD = "2099-07-01T14:00:00+02:00"

FAR_WITH_FRACTION = "2099-07-01T12:00:00.500+00:00"


def ask_expiry_omitted(scratch: ScratchContact) -> Answer:
    """A grant that expires, sent again as an object without ``expires``."""
    role = scratch.role()
    return _after(scratch, role, active(role))


def ask_expiry_bare(scratch: ScratchContact) -> Answer:
    """A grant that expires, sent again as a string."""
    role = scratch.role()
    return _after(scratch, role, role)


def _after(scratch: ScratchContact, role: str, item: RoleItem) -> Answer:
    before = scratch.give(active(role, FAR)).expiry(role)
    if before is None:
        raise Unanswerable("a grant with an expiry came back without one")
    expiry = scratch.give(item).expiry(role)
    if expiry is None:
        return Answer("clears", "what was sent without an expiry had none afterwards")
    return Answer("keeps" if expiry == before else "changes", "what was sent without an expiry still had one")


def ask_expiry_null(scratch: ScratchContact) -> Answer:
    """A grant that expires, sent again with ``expires: null``."""
    role = scratch.role()
    scratch.give(active(role, FAR))
    reply = scratch.send_grants({**active(role), "expires": None})
    if not reply.accepted:
        return Answer("rejected", f"`expires: null` was answered {reply.status}")
    if scratch.look().expiry(role) is None:
        return Answer("perpetual", "`expires: null` made the grant perpetual")
    return Answer("kept", "`expires: null` left the expiry as it was")


def ask_expiry_past(scratch: ScratchContact) -> Answer:
    """An expiry that has passed."""
    reply = scratch.send_grants(active(scratch.role(), PAST))
    if reply.accepted:
        return Answer("accepted", "an expiry in the past was taken")
    return Answer("rejected", f"an expiry in the past was answered {reply.status}")


def ask_expiry_offset(scratch: ScratchContact) -> Answer:
    """An expiry with an offset of its own."""
    return _same_instant(scratch, FAR_EASTWARD)


def ask_expiry_fraction(scratch: ScratchContact) -> Answer:
    """An expiry with a fraction of a second."""
    return _same_instant(scratch, FAR_WITH_FRACTION)


def _same_instant(scratch: ScratchContact, sent: str) -> Answer:
    role = scratch.role()
    reply = scratch.send_grants(active(role, sent))
    if not reply.accepted:
        return Answer("rejected", f"an expiry written {sent} was answered {reply.status}")
    if parse_atom(scratch.look().expiry(role) or "") == parse_atom(sent):
        return Answer("same instant", f"an expiry written {sent} came back as the same instant")
    return Answer("another instant", f"an expiry written {sent} came back as another instant")


EXPIRY_QUESTIONS = (
    Question(
        "expiry-omitted", "What becomes of an expiry when an object without one is sent?", ask_expiry_omitted
    ),
    Question("expiry-bare", "What becomes of an expiry when the bare reference is sent?", ask_expiry_bare),
    Question("expiry-null", "What does `expires: null` do?", ask_expiry_null),
    Question("expiry-past", "May an expiry in the past be written?", ask_expiry_past),
    Question("expiry-offset", "May an expiry have an offset other than UTC's?", ask_expiry_offset),
    Question("expiry-fraction", "May an expiry have a fraction of a second?", ask_expiry_fraction),
)
