"""Probes of what v2 tells of a contact, and what it takes."""

from typing import Any

from reconcile.errors import UnexpectedResponse
from reconcile.probe.contact_view import Unanswerable
from reconcile.probe.question import Answer, Question
from reconcile.probe.scratch import FAR, ScratchContact, active
from reconcile.wire.access_roles import ROLES_KEY, read_grants
from reconcile.wire.identities import Json
from reconcile.wire.sets import TAGS_KEY, read_tags

from .listing import rows
from .updates import MARK

NESTED = {ROLES_KEY: "roles", TAGS_KEY: "tags", "address": "address"}


def ids(scratch: ScratchContact) -> Answer:
    """The id under which v2 lists the contact."""
    if scratch.image.v2 is None:
        raise Unanswerable("the contact could not be found in the v2 list by its e-mail address")
    if str(scratch.image.v2["id"]) == scratch.image.contact:
        return Answer("same", "v1 and v2 know the contact by the same id")
    return Answer("other", "v2 knows the contact by another id than v1")


def shown(scratch: ScratchContact) -> Answer:
    """What v2 tells beside the contact's own fields."""
    found = [word for key, word in NESTED.items() if key in scratch.look_v2()]
    said = ", ".join(found) or "none"
    return Answer(said, f"of roles, tags and address a single v2 contact tells: {said}")


def listed(scratch: ScratchContact) -> Answer:
    """What a row of the list tells of roles and tags that agrees with the contact itself."""
    role = scratch.role()
    view = scratch.holding(active(role, FAR))
    row = _row(scratch)
    found = [NESTED[key] for key in (ROLES_KEY, TAGS_KEY) if key in row and _agrees(row, view.raw, key)]
    said = " and ".join(found) or "neither"
    return Answer(said, f"of roles and tags a row of the list tells, and tells rightly: {said}")


def _row(scratch: ScratchContact) -> Any:
    number = str(scratch.look_v2()["id"])
    found = [row for row in rows(scratch, **{"id:in": number}) if str(row.get("id")) == number]
    if len(found) != 1:
        raise Unanswerable("the list can't be asked for a single id")
    return found[0]


def _agrees(row: Json, shown: Json, key: str) -> bool:
    parse = {ROLES_KEY: read_grants, TAGS_KEY: read_tags}[key]
    try:
        return parse(row, "") == parse(shown, "")
    except UnexpectedResponse:
        return False


def nested_write(scratch: ScratchContact) -> Answer:
    """A role sent through v2, once a text field has shown that v2 takes an update."""
    role, name = scratch.role(), scratch.text_field()
    scratch.holding()
    plain = scratch.write_v2({name: f"{MARK} v2"}, name)
    if not plain.accepted:
        raise Unanswerable(f"an update of a text field through v2 was answered {plain.status}")
    reply = scratch.write_v2({ROLES_KEY: [*scratch.carried(), active(role)]}, ROLES_KEY)
    if not reply.accepted:
        return Answer("rejected", f"roles in an update through v2 were answered {reply.status}")
    if role in scratch.look().grants:
        return Answer("takes effect", "v2 takes roles in an update")
    return Answer("ignored", "v2 passes over roles in an update")


def sub_resource(scratch: ScratchContact) -> Answer:
    """The address at which v2 may keep a contact's roles."""
    number = scratch.look_v2()["id"]
    reply = scratch.prober.get(f"/api/v2/contacts/{number}/roles.json")
    if reply.accepted:
        return Answer("yes", "v2 has a list of a contact's roles, which the client does not use yet")
    return Answer("no", f"the list of a contact's roles in v2 was answered {reply.status}")


def modified(scratch: ScratchContact) -> Answer:
    """Whether a change of roles moves ``modifiedOn``; a change of a text field is the check on the clock."""
    role, name = scratch.role(), scratch.text_field()
    scratch.holding()
    if _moves(scratch, lambda: scratch.holding(active(role))):
        return Answer("yes", "a change of roles moves `modifiedOn`")
    if _moves(scratch, lambda: scratch.must({name: f"{MARK} {role}"})):
        return Answer("no", "a change of roles does not move `modifiedOn`, a change of a field does")
    raise Unanswerable("`modifiedOn` did not move at all")


def _moves(scratch: ScratchContact, change: Any) -> bool:
    """Change in a later second than any change before, since ``modifiedOn`` has whole seconds."""
    before = scratch.look_v2().get("modifiedOn")
    scratch.sleep(1.1)
    change()
    return bool(scratch.look_v2().get("modifiedOn") != before)


QUESTIONS = (
    Question("v2-ids", "Do v1 and v2 know a contact by the same id?", ids),
    Question("v2-shows", "Does v2 show roles, tags and address of a contact?", shown),
    Question("list-shows", "Does the v2 list tell roles and tags as the contact itself does?", listed),
    Question("v2-takes", "Does an update through v2 take roles?", nested_write),
    Question("v2-roles", "Has v2 a list of a contact's roles?", sub_resource),
    Question("modified", "Does a change of roles move `modifiedOn`?", modified),
)
