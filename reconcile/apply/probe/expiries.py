"""Probes of a written expiry."""

from reconcile.evance import wire

from .asking import Probe, Said
from .scratch import FAR, PAST, Item, Scratch, active
from .view import Unsettled

FAR_EASTWARD = "2099-07-01T14:00:00+02:00"
FAR_WITH_FRACTION = "2099-07-01T12:00:00.500+00:00"


def omitted(scratch: Scratch) -> Said:
    """A grant that expires, sent again as an object without ``expires``."""
    role = scratch.role()
    return _after(scratch, role, active(role))


def bare(scratch: Scratch) -> Said:
    """A grant that expires, sent again as a string."""
    role = scratch.role()
    return _after(scratch, role, role)


def _after(scratch: Scratch, role: str, item: Item) -> Said:
    before = scratch.holding(active(role, FAR)).expiry(role)
    if before is None:
        raise Unsettled("a grant with an expiry came back without one")
    expiry = scratch.holding(item).expiry(role)
    if expiry is None:
        return Said("clears", "what was sent without an expiry had none afterwards")
    return Said("keeps" if expiry == before else "changes", "what was sent without an expiry still had one")


def null(scratch: Scratch) -> Said:
    """A grant that expires, sent again with ``expires: null``."""
    role = scratch.role()
    scratch.holding(active(role, FAR))
    reply = scratch.grant({**active(role), "expires": None})
    if not reply.accepted:
        return Said("rejected", f"`expires: null` was answered {reply.status}")
    if scratch.look().expiry(role) is None:
        return Said("perpetual", "`expires: null` made the grant perpetual")
    return Said("kept", "`expires: null` left the expiry as it was")


def past(scratch: Scratch) -> Said:
    """An expiry that has passed."""
    reply = scratch.grant(active(scratch.role(), PAST))
    if reply.accepted:
        return Said("accepted", "an expiry in the past was taken")
    return Said("rejected", f"an expiry in the past was answered {reply.status}")


def offset(scratch: Scratch) -> Said:
    """An expiry with an offset of its own."""
    return _same_instant(scratch, FAR_EASTWARD)


def fraction(scratch: Scratch) -> Said:
    """An expiry with a fraction of a second."""
    return _same_instant(scratch, FAR_WITH_FRACTION)


def _same_instant(scratch: Scratch, sent: str) -> Said:
    role = scratch.role()
    reply = scratch.grant(active(role, sent))
    if not reply.accepted:
        return Said("rejected", f"an expiry written {sent} was answered {reply.status}")
    if wire.instant(scratch.look().expiry(role) or "") == wire.instant(sent):
        return Said("same instant", f"an expiry written {sent} came back as the same instant")
    return Said("another instant", f"an expiry written {sent} came back as another instant")


PROBES = (
    Probe("expiry-omitted", "What becomes of an expiry when an object without one is sent?", omitted),
    Probe("expiry-bare", "What becomes of an expiry when the bare reference is sent?", bare),
    Probe("expiry-null", "What does `expires: null` do?", null),
    Probe("expiry-past", "May an expiry in the past be written?", past),
    Probe("expiry-offset", "May an expiry have an offset other than UTC's?", offset),
    Probe("expiry-fraction", "May an expiry have a fraction of a second?", fraction),
)
