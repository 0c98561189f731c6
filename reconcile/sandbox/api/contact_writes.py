"""What a contact write does to the account, through either version of the API: add, update, remove.

Each function works inside the caller's transaction.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconcile.sandbox.refusals import NOT_UNIQUE, Problem, Refused, not_found, refuse_if
from reconcile.sandbox.rules import addresses, tags
from reconcile.sandbox.rules import contacts as rules
from reconcile.sandbox.rules import grants as granting
from reconcile.sandbox.rules.fields import Version, read_fields
from reconcile.sandbox.rules.written_roles import WrittenRole, read_written_roles
from reconcile.sandbox.store import changes, contacts, logs, roles
from reconcile.sandbox.switches import RequestContext

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WrittenContact:
    """A contact payload, parsed; None is a key that was not sent (or counts as such).

    `without_tags`: every tag goes, since the update named none.
    """

    kind: str | None
    fields: dict[str, Any]
    password: bool
    address: dict[str, Any] | None
    roles: list[WrittenRole] | None
    tags: list[str] | None
    without_tags: bool = False


def read_contact(
    payload: Payload, version: Version, context: RequestContext, *, adding: bool
) -> WrittenContact:
    """Parse a contact payload; raises Refused (422) with every problem of the first part that has some."""
    unnamed = "keep" if adding or version == "v2" else context.switches.unnamed_sets
    drops_roles = unnamed in ("drop", "drop-roles") and "accessRoles" not in payload
    payload = {**payload, "accessRoles": []} if drops_roles else payload
    return WrittenContact(
        kind=rules.read_type(payload, adding=adding),
        fields=read_fields(payload, version),
        password=rules.read_password(payload),
        address=addresses.read_address(payload.get("address")),
        roles=read_written_roles(payload["accessRoles"], context) if "accessRoles" in payload else None,
        tags=tags.read_tags(payload["tags"], context.switches) if "tags" in payload else None,
        without_tags=unnamed in ("drop", "drop-tags") and "tags" not in payload,
    )


def add_contact(
    db: sqlite3.Connection, written: WrittenContact, version: Version, context: RequestContext
) -> int:
    """Add a contact and return its id. Raises Refused (422).

    A user without a password is invited by mail (Evance help: Adding a Contact).
    """
    registered = rules.has_password(written.kind, had=False, given=written.password)
    row = {**written.fields, "type": written.kind, "has_password": registered}
    row |= rules.type_columns(row, version)
    row["unique_email"] = rules.unique_key(row.get("email"), context.switches.email_case)
    _refuse_clashes(db, row, None, context)
    contact_id = contacts.add(db, {**row, "created": context.now, "modified": context.now})
    if written.address is not None:
        contacts.add_address(db, contact_id, addresses.new_address(written.address, row, context.switches))
    if written.kind == "user" and not registered:
        logs.post(db, contact_id, [granting.Mail("invitation", row["email"])], context.now)
    _write_grants(db, contact_id, written, {}, context)
    contacts.replace_tags(db, contact_id, tags.decide_tags(written.tags or [], [], context.switches))
    changes.note(db, contact_id, "caller", context.now, None)
    return contact_id


def update_contact(
    db: sqlite3.Connection,
    contact_id: int,
    written: WrittenContact,
    version: Version,
    context: RequestContext,
) -> None:
    """Change what a payload names. Raises Refused (404, 422)."""
    with changes.noting(db, contact_id, "caller", context):
        _update_contact(db, contact_id, written, version, context)


def _update_contact(
    db: sqlite3.Connection,
    contact_id: int,
    written: WrittenContact,
    version: Version,
    context: RequestContext,
) -> None:
    row = contacts.find(db, contact_id)
    if row is None:
        raise not_found("contact")
    new = _new_columns(row, written, version, context)
    _refuse_clashes(db, {**row, **new}, contact_id, context)
    contacts.change(db, contact_id, new)
    _write_address(db, contact_id, written, {**row, **new}, context)
    _write_grants(db, contact_id, written, {**row, **new}, context)
    _write_tags(db, contact_id, written, context)
    if written.kind == "user" and not new["has_password"] and context.switches.invite_on_type == "yes":
        email = str({**row, **new}["email"])
        logs.post(db, contact_id, [granting.Mail("invitation", email)], context.now)


def remove_contact(db: sqlite3.Connection, contact_id: int, context: RequestContext) -> None:
    """Delete a contact. Raises Refused (404)."""
    if contacts.find(db, contact_id) is None:
        raise not_found("contact")
    with changes.noting(db, contact_id, "caller", context):
        if context.switches.delete == "soft":
            contacts.change(db, contact_id, {"deleted": context.now})
        else:
            contacts.remove(db, contact_id)


def _new_columns(
    row: Payload, written: WrittenContact, version: Version, context: RequestContext
) -> dict[str, Any]:
    """Columns of a contact that an update sets. Raises Refused (422) where the type requires more."""
    new = dict(written.fields)
    if written.kind and written.kind != row["type"]:
        if context.switches.type_change == "reject" or written.kind == "hq":
            raise Refused(422, Problem("type", "cannot be changed"))
        new["type"] = written.kind
    kind, had = new.get("type", row["type"]), bool(row["has_password"])
    new["has_password"] = rules.has_password(kind, had=had, given=written.password)
    new |= rules.type_columns({**row, **new}, version)
    if "email" in new and new["email"] != row["email"]:
        new["unique_email"] = rules.unique_key(new["email"], context.switches.email_case)
        new["email_verified"] = False
    return new


def _refuse_clashes(
    db: sqlite3.Connection, row: Payload, contact_id: int | None, context: RequestContext
) -> None:
    problems = []
    kind, reference = row.get("type"), row.get("reference")
    if kind in rules.UNIQUE_TYPES and contacts.email_taken(db, kind, row["unique_email"], contact_id):
        problems.append(Problem("email", "is not unique", NOT_UNIQUE))
    shared = context.switches.reference_unique == "no" or not reference
    if not shared and contacts.reference_taken(db, str(reference), contact_id):
        problems.append(Problem("reference", "is not unique", NOT_UNIQUE))
    refuse_if(problems)


def _write_address(
    db: sqlite3.Connection, contact_id: int, written: WrittenContact, row: Payload, context: RequestContext
) -> None:
    """Add or change the address when one was sent."""
    if written.address is None:
        return
    stored = contacts.address(db, contact_id)
    if stored is None:
        contacts.add_address(db, contact_id, addresses.new_address(written.address, row, context.switches))
        return
    contacts.change_address(db, stored["id"], addresses.changed_address(written.address, context.switches))


def _write_grants(
    db: sqlite3.Connection, contact_id: int, written: WrittenContact, row: Payload, context: RequestContext
) -> None:
    """Replace all grants when `accessRoles` was sent."""
    adding = not row
    sticky = adding and written.kind == "user" and context.switches.customer_role == "sticky"
    sent = [] if written.roles is None and sticky else written.roles
    if sent is None:
        return
    held = {grant.reference: grant for grant in roles.grants_of(db, [contact_id])[contact_id]}
    email = written.fields.get("email") if adding else row["email"]
    holder = granting.Holder(email, bool(row.get("email_verified")))
    decided, mails = granting.decide(sent, held, roles.grantable(db), holder, context)
    if decided != list(held.values()):
        roles.replace_grants(db, contact_id, decided)
    logs.post(db, contact_id, mails, context.now)


def _write_tags(
    db: sqlite3.Connection, contact_id: int, written: WrittenContact, context: RequestContext
) -> None:
    """Write the tags when they were sent."""
    if written.tags is None and not written.without_tags:
        return
    held = contacts.tags_of(db, [contact_id])[contact_id]
    decided = tags.decide_tags(written.tags, held, context.switches) if written.tags is not None else []
    if written.without_tags or context.switches.other_tags == "drop":
        contacts.clear_other_tags(db, contact_id)
    if set(decided) != set(held):
        contacts.replace_tags(db, contact_id, decided)
