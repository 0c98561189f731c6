"""The contact of v1: its address, its reading, and the exact body of a write.

Evance help: The Contact Object, Updating a Contact. Every form of a value that means one thing is accepted;
what can not be read is never guessed.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Contact, Fields, State
from reconcile.model.declaration import Declaration
from reconcile.model.plans.change import Payload

from .fields import read_address, read_profile, written_fields
from .roles_and_tags import read_sets, written_sets
from .values import Json, read_identity

CONTACTS_V1 = "/api/contacts.json"

_ENVELOPE = "contact"


def contact_path_v1(id: str) -> str:  # noqa: A002 -- the API's own word
    """Where v1 has a contact."""
    return f"/api/contacts/{quote(id, safe='')}.json"


def contact_in(answer: Json) -> Json | None:
    """What v1 shows of a contact: ``{"contact": {...}}`` without its envelope; None when there is none."""
    shown = answer.get(_ENVELOPE)
    return shown if isinstance(shown, dict) else None


def read_contact(answer: Json) -> Contact:
    """A v1 contact, whole: ``{"contact": {...}}``; a set in an unknown form counts as not read."""
    shown = contact_in(answer)
    if shown is None:
        raise UnexpectedResponse("the answer has no `contact`")
    identity = read_identity(shown)
    sets = read_sets(shown, identity.id)
    return Contact(identity, replace(sets, profile=read_profile(shown), address=read_address(shown)))


def update_payload(target: State) -> Payload:
    """The body of an update: the declared profile fields, the whole address, all roles, all tags."""
    body: dict[str, Any] = {**written_fields(target.profile or {})}
    if target.address is not None:
        body["address"] = written_fields(target.address)
    return update_payload_of(body | written_sets(target))


def update_payload_of(fields: Json) -> Payload:
    """The body of an update that writes these fields."""
    return {_ENVELOPE: fields}


def create_payload(declaration: Declaration, target: State) -> Payload:
    """The body that adds a contact: who it is, then the same as an update."""
    identity: Fields = {
        "type": declaration.type,
        "email": declaration.email,
        "reference": declaration.reference,
    }
    given = {name: value for name, value in identity.items() if value}
    return update_payload_of({**given, **payload_fields(update_payload(target))})


def payload_fields(payload: Payload) -> Payload:
    """What a body writes; ValueError, a fault of the caller's code, when it is not a whole body."""
    if set(payload) != {_ENVELOPE}:
        raise ValueError("a payload is the whole body: {'contact': {...}}")
    fields: Payload = payload[_ENVELOPE]
    return fields


def email_in(payload: Payload) -> str:
    """The e-mail address that a body writes; empty when it writes none."""
    return str(payload_fields(payload).get("email") or "")
