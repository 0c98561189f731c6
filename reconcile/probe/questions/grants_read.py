"""Questions about how the account shows roles."""

import json
from collections.abc import Mapping
from typing import Any

from reconcile.model.contact import ACTIVE, PENDING
from reconcile.model.facets import Facet
from reconcile.model.settings import Capabilities, UpdateMethod
from reconcile.probe.question import Answer, Decision, Question, refuse_write
from reconcile.probe.scratch import FAR, PAST, ContactView, ScratchContact, Unanswerable, active
from reconcile.wire.roles_and_tags import EXPIRY_KEYS, INACTIVE, ROLES_KEY, STATUS_KEYS
from reconcile.wire.values import parse_atom

LONGEST_WORD = 40
"""Maximum number of characters of a status, then it is taken for no word."""

READABLE_KEYS = tuple({status, expiry} for status in STATUS_KEYS for expiry in EXPIRY_KEYS)
"""What a grant must tell of itself, or it could not be written back as it is."""


def ask_grant_keys(scratch: ScratchContact) -> Answer:
    """The keys within a grant that expires; of one that is held, where none may be given."""
    inner = _inner_of_a_grant(scratch)
    keys = [key for key in (*STATUS_KEYS, *EXPIRY_KEYS) if key in inner]
    if not keys:
        return Answer("name only", "a grant tells neither its status nor its expiry")
    return Answer(", ".join(keys), f"a grant tells {' and '.join(keys)}")


def _inner_of_a_grant(scratch: ScratchContact) -> Mapping[str, Any]:
    if scratch.kept is None:
        view = ContactView(scratch.snapshot.v1)
        return view.inner(min(view.grants))
    role = scratch.role()
    return scratch.give(active(role, FAR)).inner(role)


def ask_grant_shape(scratch: ScratchContact) -> Answer:
    """The form of a list of roles that is not empty."""
    raw = scratch.snapshot.v1 if scratch.kept is None else scratch.give(active(scratch.role())).raw
    if isinstance(raw.get(ROLES_KEY), dict):
        return Answer("map", "`accessRoles` is an object keyed by role reference")
    return Answer("array", "`accessRoles` is an array")


def ask_grant_empty(scratch: ScratchContact) -> Answer:
    """The form of no roles."""
    scratch.carried()
    roles = scratch.must({ROLES_KEY: []}).raw.get(ROLES_KEY)
    if roles:
        raise Unanswerable("the contact holds a role that can't be taken away")
    shown = json.dumps(roles) if isinstance(roles, dict | list) else "nothing"
    return Answer(shown, f"no roles are shown as {shown}")


def ask_grant_times(scratch: ScratchContact) -> Answer:
    """The offset in which an expiry in summer comes back that was sent in UTC."""
    role = scratch.role()
    shown = scratch.give(active(role, FAR)).expiry(role) or ""
    if parse_atom(shown) != parse_atom(FAR):
        return Answer("another instant", "an expiry came back as another instant than was sent")
    utc = shown.endswith(("+00:00", "Z"))
    return Answer("UTC" if utc else "local", f"an expiry in summer sent as +00:00 came back as {shown[19:]}")


def ask_grant_pending(scratch: ScratchContact) -> Answer:
    """The status of a role that is given by its own rules and waits for approval."""
    role = scratch.role_by_approval()
    view = scratch.give(role)
    status = view.inner(role).get("status")
    if not isinstance(status, str):
        raise Unanswerable("the account has no word for the status of a grant")
    if view.held(role).active:
        raise Unanswerable(f"{role} was active at once: the contact's address may be verified already")
    return Answer(status, "the status of a role that waits for approval")


def _pending_word(answer: str, _known: Capabilities, _configured: UpdateMethod) -> str:
    """The account's word, unless it says no more than that the grant is not active."""
    word = answer.strip().lower()
    telling = word.isprintable() and 0 < len(word) <= LONGEST_WORD and word not in {ACTIVE, INACTIVE}
    return word if telling else PENDING


def ask_grant_expired(scratch: ScratchContact) -> Answer:
    """What is shown of a role whose expiry has passed."""
    role = scratch.role()
    view = scratch.give(active(role, PAST))
    if role not in view.grants:
        return Answer("hidden", "a role whose expiry has passed is not shown")
    status = view.grants[role].status
    if not status:
        return Answer("shown", "a role whose expiry has passed is still shown")
    if view.grants[role].active:
        return Answer("active", "a role whose expiry has passed is shown as before, as active")
    word = view.inner(role).get("status", "not active")
    return Answer("marked", f"a role whose expiry has passed is shown as {word}")


QUESTIONS = (
    Question(
        "grant-keys",
        "What does a grant tell of itself on read?",
        ask_grant_keys,
        (refuse_write(Facet.ROLES, lambda answer: set(answer.split(", ")) not in READABLE_KEYS),),
    ),
    Question("grant-shape", "Is `accessRoles` a map or an array on read?", ask_grant_shape),
    Question("grant-empty", "How are no roles shown?", ask_grant_empty),
    Question("grant-times", "In which offset are expiries shown?", ask_grant_times),
    Question(
        "grant-pending",
        "What is the status of a role that waits for approval?",
        ask_grant_pending,
        (Decision("pending_word", _pending_word),),
    ),
    Question("grant-expired", "Is a role still shown when its expiry has passed?", ask_grant_expired),
)
