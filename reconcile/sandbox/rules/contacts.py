"""Types of contacts, what each requires, and which may share an e-mail address.

Source: Evance help, Adding a Contact.
"""

from collections.abc import Mapping
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from reconcile.sandbox.refusals import REQUIRED, Problem, Refused, refuse_if

from .fields import FIELDS, Version

TYPES = ("user", "guest", "branch", "recipient", "hq")

_REQUIRED = {
    "user": ("first_name", "last_name", "email"),
    "guest": ("first_name", "last_name", "email"),
    "branch": ("company", "email"),
    "recipient": ("email",),
}

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)

UNIQUE_TYPES = ("user", "recipient", "branch")
"""Types whose e-mail address is unique in their group; users and recipients are one group."""


def read_type(payload: Mapping[str, Any], *, adding: bool) -> str | None:
    """The type a payload asks for, None when it names none.

    Raises Refused (422): no type on adding, an unknown one, `hq` (it cannot be added).
    """
    kind = payload.get("type")
    problems = []
    if kind in (None, ""):
        problems = [Problem("type", "is required", REQUIRED)] if adding else []
    elif kind not in TYPES:
        problems = [Problem("type", "is not a type of contact")]
    elif kind == "hq" and adding:
        problems = [Problem("type", "a contact of type hq cannot be added")]
    refuse_if(problems)
    return str(kind) if kind else None


def type_columns(row: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """The columns of a contact that its type decides: a branch has no personal name.

    Raises Refused (422) naming every field the type requires and the row lacks.
    """
    kind = row.get("type")
    missing = [column for column in _REQUIRED.get(kind or "", ()) if not row.get(column)]
    refuse_if([Problem(_name(column, version), f"is required for a {kind}", REQUIRED) for column in missing])
    return {"first_name": None, "last_name": None} if kind == "branch" else {}


def read_password(payload: Mapping[str, Any]) -> bool:
    """Whether the payload sets a password; the password itself is never stored. Raises Refused (422)."""
    password = payload.get("password")
    if password is not None and not isinstance(password, str):
        raise Refused(422, Problem("password", "must be a string"))
    return bool(password)


def has_password(kind: str | None, *, had: bool, given: bool) -> bool:
    """Whether a contact of this type can register with a password now. Raises Refused (422)."""
    if given and kind != "user":
        raise Refused(422, Problem("password", "only a user has a password"))
    return kind == "user" and (had or given)


def unique_key(email: str | None, email_case: str) -> str | None:
    """The form of an e-mail address in which those of two contacts must differ.

    Only ASCII letters fold, as in a search: `straße.de` is another domain than `strasse.de`.
    """
    return email.translate(_LOWER) if email and email_case == "fold" else email


def _name(column: str, version: Version) -> str:
    names = {field.column: field.name(version) for field in FIELDS}
    return names[column] or column
