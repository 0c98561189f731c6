"""Questions about the update itself: by which verb, and what it leaves alone."""

from reconcile.model.capabilities import Capabilities
from reconcile.model.facets import Facet
from reconcile.model.settings import UpdateMethod
from reconcile.probe.contact_view import Unanswerable
from reconcile.probe.question import Answer, Decision, Question, refuse_write
from reconcile.probe.scratch import ScratchContact, active
from reconcile.probe.snapshot import changed_keys

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
    scratch.holding(active(role)).held(role)
    after = scratch.must({name: f"{MARK} without roles"})
    if role in after.grants:
        return Answer("yes", "an update without `accessRoles` left the roles alone")
    return Answer("no", "an update without `accessRoles` took a role away")


def ask_versions(scratch: ScratchContact) -> Answer:
    """Whether an answer has a version that a write could be bound to."""
    headers = scratch.prober.get(scratch.prober.path).headers
    versions = [name for name in ("etag", "last-modified") if name in headers]
    if versions:
        return Answer(" and ".join(versions), "an answer has a version, which the client does not use yet")
    return Answer("none", "an answer has neither ETag nor Last-Modified: a lost update can't be prevented")


QUESTIONS = (
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
        (refuse_write(Facet.ROLES, lambda answer: answer == "no"),),
    ),
    Question("versions", "Does the account tell a contact's version (ETag)?", ask_versions),
)
