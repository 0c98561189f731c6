"""What happens to a contact outside the API: it follows a link, an admin decides, somebody edits it.

Each function works inside the caller's transaction and raises Refused (404) for what does not exist.
"""

import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from .refusals import not_found
from .rules.contacts import unique_key
from .rules.grants import Grant, Mail
from .rules.tags import TAG_TYPE
from .store import contacts, logs, roles
from .store.changes import note, noting
from .switches import RequestContext


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody in the shop changes of a contact; None and empty leave a thing as it is.

    `grant` gets `status` (any word) and `expires` (seconds since 1970, None is perpetual), also where it is
    held already. `tag` and `untag` are of the type `tag_type`. `line1` is of the address.
    """

    email: str | None = None
    reference: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    position: str | None = None
    line1: str | None = None
    grant: str = ""
    status: str = "active"
    expires: int | None = None
    revoke: str = ""
    tag: str = ""
    untag: str = ""
    tag_type: str = TAG_TYPE


def verify(db: sqlite3.Connection, contact_id: int, context: RequestContext) -> None:
    """The contact verifies its address: every grant that waited for that is active."""
    grants = _grants(db, contact_id)
    begun = [_begun(grant, context.now) if grant.awaits == "email" else grant for grant in grants]
    with _approving(db, contact_id, context):
        contacts.change(db, contact_id, {"email_verified": True})
        roles.replace_grants(db, contact_id, begun)


def approve(db: sqlite3.Connection, contact_id: int, reference: str, context: RequestContext) -> None:
    """An admin approves a grant that waited for that; the contact gets a mail."""
    _decide(db, contact_id, reference, "active", context)


def reject(db: sqlite3.Connection, contact_id: int, reference: str, context: RequestContext) -> None:
    """An admin rejects a grant that waited for approval; the contact gets a mail."""
    _decide(db, contact_id, reference, "rejected", context)


def edit(db: sqlite3.Connection, contact_id: int, changes: Edit, context: RequestContext) -> None:
    """Somebody in the shop changes a contact: no rule of the API is asked, and nobody gets a mail.

    A role that does not exist is not granted.
    """
    grants = {grant.reference: grant for grant in _grants(db, contact_id)}
    grants.pop(changes.revoke, None)
    role = roles.grantable(db).get(changes.grant)
    if role is not None:
        awaits = "admin" if changes.status == "pending" else None
        grants[role.reference] = Grant(
            role.reference, role.title, changes.status, awaits, changes.expires, context.now
        )
    with noting(db, contact_id, "somebody", context):
        roles.replace_grants(db, contact_id, grants.values())
        _edit_tags(db, contact_id, changes)
        _edit_address(db, contact_id, changes)
        contacts.change(db, contact_id, _own_fields(changes, context))


def register(db: sqlite3.Connection, email: str, context: RequestContext) -> int:
    """Somebody registers as a user with this address; the id of the new contact."""
    unique_email = unique_key(email, context.switches.email_case)
    names = {"first_name": "New", "last_name": "Comer"}
    row = {"type": "user", **names, "email": email, "unique_email": unique_email, "has_password": True}
    contact_id = contacts.add(db, {**row, "created": context.now, "modified": context.now})
    note(db, contact_id, "somebody", context.now, None)
    return contact_id


def take_over(db: sqlite3.Connection, email: str, moved_to: str, context: RequestContext) -> int:
    """Somebody registers with this address; who had it so far has `moved_to` from now on.

    The id of the new contact. sqlite3.IntegrityError: one of the addresses is another's.
    """
    owner = contacts.user_with_email(db, unique_key(email, context.switches.email_case) or "")
    if owner is not None and moved_to:
        edit(db, owner, Edit(email=moved_to), context)
    return register(db, email, context)


def remove(db: sqlite3.Connection, contact_id: int, context: RequestContext) -> None:
    """Somebody in the shop deletes a contact."""
    if contacts.find(db, contact_id) is None:
        raise not_found("contact")
    with noting(db, contact_id, "somebody", context):
        contacts.remove(db, contact_id)


def _edit_tags(db: sqlite3.Connection, contact_id: int, changes: Edit) -> None:
    if changes.tag_type == TAG_TYPE:
        tags = {*contacts.tags_of(db, [contact_id])[contact_id], changes.tag} - {changes.untag, ""}
        contacts.replace_tags(db, contact_id, sorted(tags))
        return
    if changes.tag:
        contacts.add_other_tag(db, contact_id, changes.tag_type, changes.tag)
    if changes.untag:
        contacts.remove_other_tag(db, contact_id, changes.tag_type, changes.untag)


def _edit_address(db: sqlite3.Connection, contact_id: int, changes: Edit) -> None:
    if changes.line1 is None:
        return
    address = contacts.address(db, contact_id)
    if address is None:
        contacts.add_address(db, contact_id, {"line1": changes.line1})
    else:
        contacts.change_address(db, address["id"], {"line1": changes.line1})


def _own_fields(changes: Edit, context: RequestContext) -> dict[str, str | None]:
    columns = {
        "email": changes.email,
        "unique_email": unique_key(changes.email, context.switches.email_case),
        "reference": changes.reference,
        "first_name": changes.firstname,
        "last_name": changes.lastname,
        "position": changes.position,
    }
    return {column: value for column, value in columns.items() if value is not None}


def _decide(
    db: sqlite3.Connection, contact_id: int, reference: str, status: str, context: RequestContext
) -> None:
    grants = {grant.reference: grant for grant in _grants(db, contact_id)}
    if reference not in grants or grants[reference].awaits != "admin":
        raise not_found("grant that waits for an admin")
    grants[reference] = replace(_begun(grants[reference], context.now), status=status)
    with _approving(db, contact_id, context):
        roles.replace_grants(db, contact_id, grants.values())
    contact = contacts.find(db, contact_id)
    if contact and contact["email"]:
        kind = "approved" if status == "active" else "rejected"
        logs.post(db, contact_id, [Mail(kind, contact["email"], reference)], context.now)


def _approving(
    db: sqlite3.Connection, contact_id: int, context: RequestContext
) -> AbstractContextManager[None]:
    return noting(db, contact_id, "somebody", context, moves=context.switches.modified_by_approval == "yes")


def _grants(db: sqlite3.Connection, contact_id: int) -> list[Grant]:
    if contacts.find(db, contact_id) is None:
        raise not_found("contact")
    return roles.grants_of(db, [contact_id])[contact_id]


def _begun(grant: Grant, now: int) -> Grant:
    return replace(grant, status="active", awaits=None, granted=now)
