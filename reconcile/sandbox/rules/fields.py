"""The contact's own fields: their names in v1 and v2, limits, and how an empty one is shown.

Source: Evance help, Contacts (the contact object); the v2 names from the official Python client.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

from reconcile.sandbox.refusals import INVALID, TOO_LONG, Problem, refuse_if

Version = Literal["v1", "v2"]

_MARKUP = re.compile(r"<[A-Za-z/!?]")

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Kind(StrEnum):
    """What a field accepts."""

    TEXT = "text"
    PLAIN = "text without HTML"
    EMAIL = "e-mail address"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the contact; a name that is None is unknown to that version of the API."""

    column: str
    v1: str | None
    v2: str | None
    kind: Kind = Kind.TEXT
    blank: str | None = ""  # how v1 shows it when empty; v2 shows null
    limit: int | None = None

    def name(self, version: Version) -> str | None:
        """Its key in this version of the API."""
        return self.v1 if version == "v1" else self.v2


def _social(name: str, column: str, v2: str | None) -> Field:
    return Field(column, name, v2, blank=None)


FIELDS = (
    Field("first_name", "firstname", "firstName"),
    Field("last_name", "lastname", "lastName"),
    Field("email", "email", "email", Kind.EMAIL),
    Field("company", "company", "company", Kind.PLAIN, blank=None, limit=200),
    Field("reference", "reference", "reference"),
    Field("username", "username", "username"),
    Field("title", None, "title"),
    Field("position", "position", "position"),
    Field("department", "department", "department"),
    Field("division", "division", "division", blank=None),
    Field("phone", "phone", "phone"),
    Field("mobile", "mobile", "mobile"),
    Field("registered_number", "registeredNumber", "registeredNumber"),
    Field("tax_number", "taxNumber", "taxNumber"),
    Field("website", "website", "website"),
    _social("facebook", "facebook", "facebook"),
    _social("flickr", "flickr", "flickr"),
    _social("googlePlus", "google_plus", None),
    _social("linkedIn", "linked_in", "linkedIn"),
    _social("pinterest", "pinterest", "pinterest"),
    _social("instagram", "instagram", "instagram"),
    _social("twitter", "twitter", "twitter"),
    _social("vimeo", "vimeo", "vimeo"),
    _social("youTube", "you_tube", "youTube"),
    Field("thumbnail", "thumbnail", "thumbnail", blank=None),
    Field("biography", "biography", "biography", Kind.PLAIN),
    Field("start_date", None, "startDate", Kind.DATE),
    Field("leave_date", None, "leaveDate", Kind.DATE),
    Field("consents_to_email", None, "consentsToEmail", Kind.FLAG),
    Field("consents_to_sms", None, "consentsToSms", Kind.FLAG),
    Field("consents_to_post", None, "consentsToPost", Kind.FLAG),
    Field("consents_to_phone", None, "consentsToPhone", Kind.FLAG),
)


def read_fields(payload: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """Column values of the fields that a payload names; unknown keys are ignored.

    The official clients send back all that they received, with read-only keys.
    Raises Refused (422) with every wrong field at once.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in FIELDS:
        name = field.name(version)
        if name is not None and name in payload:
            value = payload[name]
            if problem := _problem(field, name, value):
                problems.append(problem)
            values[field.column] = value if field.kind is Kind.FLAG else value or None
    refuse_if(problems)
    return values


def _problem(field: Field, name: str, value: object) -> Problem | None:
    """What is wrong with a field's value."""
    if field.kind is Kind.FLAG:
        return None if isinstance(value, bool) else Problem(name, "must be true or false")
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return Problem(name, "must be a string")
    return text_problem(name, value, field.limit) or _kind_problem(field.kind, name, value)


def text_problem(name: str, value: str, limit: int | None = None) -> Problem | None:
    """What is wrong with any text: characters that cannot be stored, too many of them."""
    if "\0" in value or not is_storable(value):
        return Problem(name, "contains a character that is not allowed")
    if limit is not None and len(value) > limit:
        return Problem(name, f"must not be longer than {limit} characters", TOO_LONG)
    return None


def is_storable(value: str) -> bool:
    """Whether the text can be encoded (JSON may bring halves of surrogate pairs)."""
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)


def is_date(text: str) -> bool:
    """Whether the text is a day such as 2026-12-31."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _kind_problem(kind: Kind, name: str, value: str) -> Problem | None:
    if kind is Kind.PLAIN and _MARKUP.search(value):
        return Problem(name, "must not contain HTML", INVALID)
    if kind is Kind.EMAIL and not _EMAIL.fullmatch(value):
        return Problem(name, "is not a valid e-mail address")
    if kind is Kind.DATE and not is_date(value):
        return Problem(name, "is not a date such as 2026-12-31")
    return None
