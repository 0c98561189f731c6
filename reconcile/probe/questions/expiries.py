"""Questions about a written expiry."""

from reconcile.probe.contact_view import Unanswerable
from reconcile.probe.question import Answer, Question
from reconcile.probe.scratch import FAR, PAST, RoleItem, ScratchContact, active
from reconcile.wire.values import parse_atom

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
    before = scratch.holding(active(role, FAR)).expiry(role)
    if before is None:
        raise Unanswerable("a grant with an expiry came back without one")
    expiry = scratch.holding(item).expiry(role)
    if expiry is None:
        return Answer("clears", "what was sent without an expiry had none afterwards")
    return Answer("keeps" if expiry == before else "changes", "what was sent without an expiry still had one")


def ask_expiry_null(scratch: ScratchContact) -> Answer:
    """A grant that expires, sent again with ``expires: null``."""
    role = scratch.role()
    scratch.holding(active(role, FAR))
    reply = scratch.grant({**active(role), "expires": None})
    if not reply.accepted:
        return Answer("rejected", f"`expires: null` was answered {reply.status}")
    if scratch.look().expiry(role) is None:
        return Answer("perpetual", "`expires: null` made the grant perpetual")
    return Answer("kept", "`expires: null` left the expiry as it was")


def ask_expiry_past(scratch: ScratchContact) -> Answer:
    """An expiry that has passed."""
    reply = scratch.grant(active(scratch.role(), PAST))
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
    reply = scratch.grant(active(role, sent))
    if not reply.accepted:
        return Answer("rejected", f"an expiry written {sent} was answered {reply.status}")
    if parse_atom(scratch.look().expiry(role) or "") == parse_atom(sent):
        return Answer("same instant", f"an expiry written {sent} came back as the same instant")
    return Answer("another instant", f"an expiry written {sent} came back as another instant")


QUESTIONS = (
    Question(
        "expiry-omitted", "What becomes of an expiry when an object without one is sent?", ask_expiry_omitted
    ),
    Question("expiry-bare", "What becomes of an expiry when the bare reference is sent?", ask_expiry_bare),
    Question("expiry-null", "What does `expires: null` do?", ask_expiry_null),
    Question("expiry-past", "May an expiry in the past be written?", ask_expiry_past),
    Question("expiry-offset", "May an expiry have an offset other than UTC's?", ask_expiry_offset),
    Question("expiry-fraction", "May an expiry have a fraction of a second?", ask_expiry_fraction),
)
