"""Questions about what v2 shows of a contact, and what it takes."""

from reconcile.model.settings import Capabilities, Numbering, UpdateMethod
from reconcile.probe.question import Answer, Decision, Question
from reconcile.probe.scratch import ScratchContact, Unanswerable, active
from reconcile.wire.roles_and_tags import ROLES_KEY, TAGS_KEY

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


QUESTIONS = (
    Question(
        "v2-ids",
        "Do v1 and v2 know a contact by the same id?",
        ask_v2_ids,
        (Decision("contact_ids", _numbering),),
    ),
    Question("v2-shows", "Does v2 show roles, tags and address of a contact?", ask_v2_shows),
    Question("v2-takes", "Does an update through v2 take roles?", ask_v2_takes),
    Question("v2-roles", "Has v2 a list of a contact's roles?", ask_v2_roles),
)
