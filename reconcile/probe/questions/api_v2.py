"""Questions about what v2 shows of a contact, and what it takes."""

from typing import Any

from reconcile.errors import UnexpectedResponse
from reconcile.model.settings import Capabilities, FacetSource, Numbering, UpdateMethod
from reconcile.probe.question import Answer, Decision, Question, Rule
from reconcile.probe.scratch import FAR, ScratchContact, Unanswerable, active
from reconcile.wire.roles_and_tags import ROLES_KEY, TAGS_KEY, read_grants, read_tags
from reconcile.wire.values import Json

from .listing import rows
from .updates import MARK

NESTED = {ROLES_KEY: "roles", TAGS_KEY: "tags", "address": "address"}


def ask_v2_ids(scratch: ScratchContact) -> Answer:
    """The id under which v2 lists the contact."""
    if scratch.snapshot.v2 is None:
        raise Unanswerable("the contact could not be found in the v2 list by its e-mail address")
    if str(scratch.snapshot.v2["id"]) == scratch.snapshot.contact:
        return Answer("same", "v1 and v2 know the contact by the same id")
    return Answer("other", "v2 knows the contact by another id than v1")


def _numbering(answer: str, _known: Capabilities, _configured: UpdateMethod) -> Numbering:
    return Numbering.OTHER if answer == "other" else Numbering.SAME


def ask_v2_shows(scratch: ScratchContact) -> Answer:
    """What v2 shows besides the contact's own fields."""
    shown = ", ".join(word for key, word in NESTED.items() if key in scratch.look_v2()) or "none"
    return Answer(shown, f"of roles, tags and address a single v2 contact tells: {shown}")


def ask_list_shows(scratch: ScratchContact) -> Answer:
    """What a row of the list shows of roles and tags that agrees with the contact itself."""
    role = scratch.role()
    view = scratch.give(active(role, FAR))
    row = _row(scratch)
    right = [NESTED[key] for key in (ROLES_KEY, TAGS_KEY) if key in row and _agrees(row, view.raw, key)]
    answer = " and ".join(right) or "neither"
    return Answer(answer, f"of roles and tags a row of the list tells, and tells rightly: {answer}")


def _source(word: str) -> Rule:
    """Where a set is read: in the rows of the list if they tell it rightly."""
    return lambda answer, _known, _configured: FacetSource.LIST if word in answer else FacetSource.CONTACT


def _row(scratch: ScratchContact) -> Any:
    number = str(scratch.look_v2()["id"])
    matches = [row for row in rows(scratch, **{"id:in": number}) if str(row.get("id")) == number]
    if len(matches) != 1:
        raise Unanswerable("the list can't be asked for a single id")
    return matches[0]


def _agrees(row: Json, shown: Json, key: str) -> bool:
    parse = {ROLES_KEY: read_grants, TAGS_KEY: read_tags}[key]
    try:
        return parse(row, "") == parse(shown, "")
    except UnexpectedResponse:
        return False


def ask_v2_takes(scratch: ScratchContact) -> Answer:
    """A role sent through v2, once a text field has shown that v2 takes an update."""
    role, name = scratch.role(), scratch.text_field()
    scratch.take_back_roles()
    plain = scratch.write_v2({name: f"{MARK} v2"}, name)
    if not plain.accepted:
        raise Unanswerable(f"an update of a text field through v2 was answered {plain.status}")
    reply = scratch.write_v2({ROLES_KEY: [*scratch.carried(), active(role)]}, ROLES_KEY)
    if not reply.accepted:
        return Answer("rejected", f"roles in an update through v2 were answered {reply.status}")
    if role in scratch.look().grants:
        return Answer("takes effect", "v2 takes roles in an update")
    return Answer("ignored", "v2 passes over roles in an update")


def ask_v2_roles(scratch: ScratchContact) -> Answer:
    """The address at which v2 may keep a contact's roles."""
    number = scratch.look_v2()["id"]
    reply = scratch.prober.get(f"/api/v2/contacts/{number}/roles.json")
    if reply.accepted:
        return Answer("yes", "v2 has a list of a contact's roles, which the client does not use yet")
    return Answer("no", f"the list of a contact's roles in v2 was answered {reply.status}")


def ask_modified(scratch: ScratchContact) -> Answer:
    """Whether a change of roles moves ``modifiedOn``; a change of a text field is the check on the clock."""
    role, name = scratch.role(), scratch.text_field()
    scratch.take_back_roles()
    if _moves(scratch, lambda: scratch.give(active(role))):
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
    Question(
        "v2-ids",
        "Do v1 and v2 know a contact by the same id?",
        ask_v2_ids,
        (Decision("contact_ids", _numbering),),
    ),
    Question("v2-shows", "Does v2 show roles, tags and address of a contact?", ask_v2_shows),
    Question(
        "list-shows",
        "Does the v2 list tell roles and tags as the contact itself does?",
        ask_list_shows,
        (Decision("roles_from", _source("roles")), Decision("tags_from", _source("tags"))),
    ),
    Question("v2-takes", "Does an update through v2 take roles?", ask_v2_takes),
    Question("v2-roles", "Has v2 a list of a contact's roles?", ask_v2_roles),
    Question("modified", "Does a change of roles move `modifiedOn`?", ask_modified),
)
