"""The contact of v1: read whole, and the exact body of a write.

Evance help: The Contact Object, Updating a Contact. What a form leaves open is accepted in every form that
means one thing; what can not be read is never guessed.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Contact, Fields, Identity, State
from reconcile.model.declaration import Declaration
from reconcile.model.plan import Payload

from .access_roles import read_grants, written_grant
from .fields import read_address, read_profile, read_tags
from .identities import Json, read_identity

Parsed = TypeVar("Parsed")


def _if_understood(parse: Callable[[Json, str], Parsed | None], row: Json, who: Identity) -> Parsed | None:
    try:
        return parse(row, who.id)
    except UnexpectedResponse:
        return None


def read_contact(body: Json) -> Contact:
    """A v1 contact, whole: ``{"contact": {...}}``.

    Grants or tags in a form that is not known count as not read: what needs them is refused, what does not
    manage them goes on.
    """
    inner = body.get("contact")
    if not isinstance(inner, dict):
        raise UnexpectedResponse("the answer has no `contact`")
    who = read_identity(inner)
    roles, values = _if_understood(read_grants, inner, who), _if_understood(read_tags, inner, who)
    return Contact(who, State(roles, values, read_profile(inner), read_address(inner)))


def update_payload(target: State) -> Payload:
    """The body of an update: all roles, all tags, the declared profile fields, the whole address."""
    body: dict[str, Any] = dict(sorted((target.profile or {}).items()))
    if target.address is not None:
        body["address"] = dict(sorted(target.address.items()))
    if target.roles is not None:
        body["accessRoles"] = [written_grant(grant) for grant in target.roles]
    if target.tags is not None:
        body["tags"] = {"contact": list(target.tags)}
    return {"contact": body}


def create_payload(declaration: Declaration, target: State) -> Payload:
    """The body that adds a contact: who it is, then the same as an update."""
    who: Fields = {"type": declaration.type, "email": declaration.email, "reference": declaration.reference}
    body = update_payload(target)["contact"]
    return {"contact": {**{name: value for name, value in who.items() if value}, **body}}


CONTACTS_V1 = "/api/contacts.json"


def contact_path(contact: str) -> str:
    """Where v1 has a contact."""
    return f"/api/contacts/{quote(contact, safe='')}.json"
