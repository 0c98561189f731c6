"""Questions about the address and the fields of a contact."""

from typing import Any

from reconcile.probe.contact_view import Unanswerable
from reconcile.probe.question import Answer, Question
from reconcile.probe.restore import ADDRESS_KEYS, INHERITED
from reconcile.probe.scratch import ScratchContact

from .listing import rows
from .updates import MARK

LINE = "line3"
"""The line of an address that is seldom in use."""


def ask_address_names(scratch: ScratchContact) -> Answer:
    """The contact gets another name, and its address is looked at."""
    name = _shared_name(scratch)
    changed = f"{scratch.snapshot.v1[name]} {MARK}"
    after = scratch.must({name: changed}).raw["address"].get(name)
    scratch.must({name: scratch.snapshot.v1[name]})
    if after == changed:
        return Answer("follow", "an address without names of its own takes the contact's as they are now")
    return Answer("own", "an address keeps its names when the contact's change")


def _shared_name(scratch: ScratchContact) -> str:
    address = _address(scratch)
    for name in ("lastname", "company", "firstname"):
        if address.get(name) and address[name] == scratch.snapshot.v1.get(name):
            return name
    raise Unanswerable("the address has no name in common with the contact")


def ask_address_update(scratch: ScratchContact) -> Answer:
    """One line of the address is written, and the others are looked at."""
    before = _address(scratch)
    others = [key for key in ADDRESS_KEYS if before.get(key) and key not in (LINE, *INHERITED)]
    if not others:
        raise Unanswerable("the contact's address has no line that could be lost: give it one")
    after = scratch.must({"address": {LINE: MARK}}).raw.get("address") or {}
    lost = [key for key in others if after.get(key) != before[key]]
    if lost:
        return Answer(
            "whole", f"an address is replaced as a whole: without {', '.join(lost)}, these are lost"
        )
    return Answer("partial", "what a written address does not name stays as it was")


def _address(scratch: ScratchContact) -> dict[str, Any]:
    address = scratch.snapshot.v1.get("address")
    if not isinstance(address, dict):
        raise Unanswerable("the contact has no address, and a new one could not be taken away: give it one")
    return address


def ask_reference_unique(scratch: ScratchContact) -> Answer:
    """The contact gets the reference of another one for a moment; that one is only read."""
    own = scratch.snapshot.v1.get("reference") or ""
    others = {str(row["reference"]) for row in rows(scratch) if row.get("reference")} - {own}
    if "reference" not in scratch.snapshot.v1 or not others:
        raise Unanswerable("no other contact with a reference is on the first page of the list")
    reply = scratch.write({"reference": min(others)})
    scratch.must({"reference": own})
    if reply.accepted:
        return Answer("may repeat", "two contacts may have the same reference")
    return Answer("unique", f"a reference that another contact has was answered {reply.status}")


QUESTIONS = (
    Question("address-names", "Do the names of an address follow the contact's?", ask_address_names),
    Question(
        "address-update", "Does a written address keep the lines that it does not name?", ask_address_update
    ),
    Question("reference-unique", "May two contacts have the same reference?", ask_reference_unique),
)
