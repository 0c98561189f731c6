"""The account being served: its file, its clock, its switches; and what a contact write does to it."""

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
from reconcile.sandbox.store import contacts, logs, roles
from reconcile.sandbox.switches import RequestContext

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WrittenContact:
    """A contact payload, parsed; None is a key that was not sent (or counts as such)."""

    fields: dict[str, Any]
    kind: str | None
    password: bool
    address: dict[str, Any] | None
    grants: list[WrittenRole] | None
    tags: list[str] | None


def read_contact(
    payload: Payload, version: Version, terms: RequestContext, *, adding: bool
) -> WrittenContact:
    """Parse a contact payload; raises Refused (422) with every problem of the first part that has some."""
    kind = rules.read_type(payload, adding=adding)
    return WrittenContact(
        fields=read_fields(payload, version),
        kind=kind,
        password=rules.read_password(payload),
        address=addresses.read_address(payload.get("address")),
        grants=_when_sent(payload, "accessRoles", terms),
        tags=tags.read_tags(payload["tags"], terms.switches) if "tags" in payload else None,
    )


def add_contact(
    db: sqlite3.Connection, draft: WrittenContact, version: Version, terms: RequestContext
) -> int:
    """Add a contact inside the caller's transaction and return its id. Raises Refused (422).

    A user without a password is invited by mail (Evance help: Adding a Contact).
    """
    registered = rules.has_password(draft.kind, had=False, given=draft.password)
    row = {**draft.fields, "type": draft.kind, "has_password": registered}
    row |= rules.settle(row, version)
    row["unique_email"] = rules.unique_key(row.get("email"), terms.switches.email_case)
    _refuse_clashes(db, row, None, terms)
    contact_id = contacts.add(db, {**row, "created": terms.now, "modified": terms.now})
    if draft.address is not None:
        contacts.add_address(db, contact_id, addresses.new_address(draft.address, row, terms.switches))
    if draft.kind == "user" and not registered:
        logs.post(db, contact_id, [granting.Mail("invitation", row["email"])], terms.now)
    _write_grants(db, contact_id, draft, {}, terms)
    contacts.replace_tags(db, contact_id, tags.decide_tags(draft.tags or [], [], terms.switches))
    return contact_id


def update_contact(
    db: sqlite3.Connection, contact_id: int, draft: WrittenContact, version: Version, terms: RequestContext
) -> None:
    """Change what a payload names, inside the caller's transaction. Raises Refused (404, 422)."""
    row = contacts.one(db, contact_id)
    if row is None:
        raise not_found("contact")
    new = _new_columns(row, draft, version, terms)
    _refuse_clashes(db, {**row, **new}, contact_id, terms)
    moved = {column: value for column, value in new.items() if row[column] != value}
    contacts.change(db, contact_id, moved)
    readdressed = _write_address(db, contact_id, draft, {**row, **new}, terms)
    regranted = _write_grants(db, contact_id, draft, {**row, **new}, terms)
    retagged = _write_tags(db, contact_id, draft, terms)
    nested_counts = terms.switches.modified_by_grants == "yes"
    if moved or readdressed or (nested_counts and (regranted or retagged)):
        contacts.change(db, contact_id, {"modified": terms.now})
    if draft.kind == "user" and not new["has_password"] and terms.switches.invite_on_type == "yes":
        logs.post(db, contact_id, [granting.Mail("invitation", str({**row, **new}["email"]))], terms.now)


def remove_contact(db: sqlite3.Connection, contact_id: int, terms: RequestContext) -> None:
    """Delete a contact inside the caller's transaction. Raises Refused (404)."""
    if contacts.one(db, contact_id) is None:
        raise not_found("contact")
    if terms.switches.delete == "soft":
        contacts.change(db, contact_id, {"deleted": terms.now})
    else:
        contacts.remove(db, contact_id)


def _when_sent(payload: Payload, key: str, terms: RequestContext) -> list[WrittenRole] | None:
    return read_written_roles(payload[key], terms) if key in payload else None


def _new_columns(
    row: Payload, draft: WrittenContact, version: Version, terms: RequestContext
) -> dict[str, Any]:
    """Columns of a contact that an update sets, checked against what its type requires."""
    new = dict(draft.fields)
    if draft.kind and draft.kind != row["type"]:
        if terms.switches.type_change == "reject" or draft.kind == "hq":
            raise Refused(422, Problem("type", "cannot be changed"))
        new["type"] = draft.kind
    kind, had = new.get("type", row["type"]), bool(row["has_password"])
    new["has_password"] = rules.has_password(kind, had=had, given=draft.password)
    new |= rules.settle({**row, **new}, version)
    if "email" in new and new["email"] != row["email"]:
        new["unique_email"] = rules.unique_key(new["email"], terms.switches.email_case)
        new["email_verified"] = False
    return new


def _refuse_clashes(
    db: sqlite3.Connection, row: Payload, contact_id: int | None, terms: RequestContext
) -> None:
    problems = []
    kind, reference = row.get("type"), row.get("reference")
    if kind in rules.UNIQUE_TYPES and contacts.clash(db, kind, row["unique_email"], contact_id):
        problems.append(Problem("email", "is not unique", NOT_UNIQUE))
    shared = terms.switches.reference_unique == "no" or not reference
    if not shared and contacts.reference_taken(db, str(reference), contact_id):
        problems.append(Problem("reference", "is not unique", NOT_UNIQUE))
    refuse_if(problems)


def _write_address(
    db: sqlite3.Connection, contact_id: int, draft: WrittenContact, row: Payload, terms: RequestContext
) -> bool:
    if draft.address is None:
        return False
    there = contacts.address(db, contact_id)
    if there is None:
        contacts.add_address(db, contact_id, addresses.new_address(draft.address, row, terms.switches))
        return True
    new = addresses.changed_address(draft.address, terms.switches)
    contacts.change_address(db, there["id"], new)
    return any(there[column] != value for column, value in new.items())


def _write_grants(
    db: sqlite3.Connection, contact_id: int, draft: WrittenContact, row: Payload, terms: RequestContext
) -> bool:
    """Replace all grants when `accessRoles` was sent; tells whether that changed anything."""
    adding = not row
    sticky = adding and draft.kind == "user" and terms.switches.customer_role == "sticky"
    wanted = [] if draft.grants is None and sticky else draft.grants
    if wanted is None:
        return False
    held = {one.reference: one for one in roles.grants_of(db, [contact_id])[contact_id]}
    email = draft.fields.get("email") if adding else row["email"]
    holder = granting.Holder(email, bool(row.get("email_verified")))
    decided, mails = granting.decide(wanted, held, roles.grantable(db), holder, terms)
    if decided != list(held.values()):
        roles.replace_grants(db, contact_id, decided)
    logs.post(db, contact_id, mails, terms.now)
    return {one.reference: one for one in decided} != held


def _write_tags(
    db: sqlite3.Connection, contact_id: int, draft: WrittenContact, terms: RequestContext
) -> bool:
    if draft.tags is None:
        return False
    held = contacts.tags_of(db, [contact_id])[contact_id]
    decided = tags.decide_tags(draft.tags, held, terms.switches)
    if set(decided) == set(held):
        return False
    contacts.replace_tags(db, contact_id, decided)
    return True
