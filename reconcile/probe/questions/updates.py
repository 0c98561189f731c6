"""Questions about updates: by which verb, what they leave alone, and the fields of a contact."""

from typing import Any

from reconcile.model.facets import Facet
from reconcile.model.settings import Capabilities, UpdateMethod
from reconcile.probe.question import Answer, Decision, Question, refuse_write
from reconcile.probe.restore import ADDRESS_KEYS, INHERITED
from reconcile.probe.scratch import ContactView, ScratchContact, Unanswerable, active, changed_keys
from reconcile.wire.roles_and_tags import TAGS_KEY, written_tags

from .listing import rows

MARK = "scratch"
"""What is written where any text will do."""


def ask_update_verb(scratch: ScratchContact) -> Answer:
    """An update of one text field by each verb; it counts when it can be read back."""
    works = [verb for verb in UpdateMethod if _takes(scratch, verb)]
    match works:
        case []:
            raise Unanswerable("neither POST nor PUT changed a text field of the contact")
        case [verb]:
            scratch.verbs = [verb]
            return Answer(verb, f"an update by {verb} took effect, the other verb did not")
        case _:
            return Answer("both", "an update took effect by POST and by PUT")


def _verb(answer: str, _known: Capabilities, configured: UpdateMethod) -> UpdateMethod:
    return configured if answer == "both" else UpdateMethod(answer)


def _takes(scratch: ScratchContact, verb: UpdateMethod) -> bool:
    name = scratch.text_field()
    text = f"{MARK} {verb}"
    return scratch.write_by(verb, {name: text}).accepted and scratch.look().raw.get(name) == text


def ask_update_partial(scratch: ScratchContact) -> Answer:
    """An update of one text field, after which all else is as it was."""
    name = scratch.text_field()
    before = scratch.look().raw
    after = scratch.must({name: f"{MARK} alone"}).raw
    others = sorted(key for key in changed_keys(before, after) if key != name)
    if others:
        return Answer("more", f"an update of one field also changed {', '.join(others)}")
    return Answer("partial", "an update of one field left all other fields, roles and tags as they were")


def ask_roles_left_alone(scratch: ScratchContact) -> Answer:
    """A role is given, then a text field is written without naming any role."""
    role, name = scratch.role(), scratch.text_field()
    scratch.give(active(role)).held(role)
    after = scratch.must({name: f"{MARK} without roles"})
    if role in after.grants:
        return Answer("yes", "an update without `accessRoles` left the roles alone")
    return Answer("no", "an update without `accessRoles` took a role away")


def ask_tags_left_alone(scratch: ScratchContact) -> Answer:
    """Its tags are sent once more, then a text field is written without naming them."""
    held = ContactView(scratch.snapshot.v1).tags
    if not held:
        raise Unanswerable("the contact has no tag that can be read: give it one")
    scratch.must({TAGS_KEY: written_tags(held)})
    after = scratch.must({scratch.text_field(): f"{MARK} without tags"}).tags
    if after == held:
        return Answer("yes", "an update without `tags` left the tags alone")
    return Answer("no", "an update without `tags` took a tag away")


def _drops(answer: str) -> bool:
    """Whether an update of one set takes the other set away: then neither is safe to write."""
    return answer == "no"


def ask_versions(scratch: ScratchContact) -> Answer:
    """Whether an answer has a version that a write could be bound to."""
    headers = scratch.prober.get(scratch.prober.path).headers
    versions = [name for name in ("etag", "last-modified") if name in headers]
    if versions:
        return Answer(" and ".join(versions), "an answer has a version, which the client does not use yet")
    return Answer("none", "an answer has neither ETag nor Last-Modified: a lost update can't be prevented")


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


UPDATE_QUESTIONS = (
    Question(
        "update-verb",
        "By which verb is a contact updated?",
        ask_update_verb,
        (Decision("update_method", _verb),),
    ),
    Question("update-partial", "Does an update leave alone what it does not name?", ask_update_partial),
    Question(
        "roles-left-alone",
        "Does an update without `accessRoles` leave the roles alone?",
        ask_roles_left_alone,
        (refuse_write(Facet.ROLES, _drops), refuse_write(Facet.TAGS, _drops)),
    ),
    Question(
        "tags-left-alone",
        "Does an update without `tags` leave the tags alone?",
        ask_tags_left_alone,
        (refuse_write(Facet.ROLES, _drops), refuse_write(Facet.TAGS, _drops)),
    ),
    Question("versions", "Does the account tell a contact's version (ETag)?", ask_versions),
)

FIELD_QUESTIONS = (
    Question("address-names", "Do the names of an address follow the contact's?", ask_address_names),
    Question(
        "address-update", "Does a written address keep the lines that it does not name?", ask_address_update
    ),
    Question("reference-unique", "May two contacts have the same reference?", ask_reference_unique),
)
