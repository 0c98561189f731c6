"""Single values of Evance's JSON: ids, texts and date-times, and who a contact is. Alike in both versions."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from reconcile.clock import utc_text
from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Identity

Json = Mapping[str, object]


def read_identity(body: Json) -> Identity:
    """Who a contact is; the keys are the same in v1 and v2, ids are numbers in v2 and strings in v1."""
    number = row_id(body)
    return Identity(
        id=number,
        type=_text(body, "type", number),
        email=_text(body, "email", number),
        reference=_text(body, "reference", number) or None,
    )


def row_id(body: Json) -> str:
    """The id of a contact or role, as text."""
    return id_text(body.get("id"))


def id_text(value: object) -> str:
    """An id as text; UnexpectedResponse for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).strip():
        raise UnexpectedResponse("a contact or role has no id")
    return str(value)


def _text(body: Json, key: str, number: str) -> str:
    value = body.get(key)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # PHP writes texts of digits so, where it is told to find numbers
    if not isinstance(value, str):
        raise UnexpectedResponse(f"contact {number}: `{key}` is not text")
    return value


def atom_text(instant: datetime) -> str:
    """An instant as the API takes it: ``2027-01-31T00:00:00+00:00`` (ATOM, to the second, in UTC)."""
    return f"{utc_text(instant)[:-1]}+00:00"


_ATOM = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.\d+)?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII)


def parse_atom(text: str) -> datetime | None:
    """An ATOM date-time (ISO 8601 with offset) in UTC and whole seconds; None for any other text."""
    match = _ATOM.fullmatch(text)
    if match is None:
        return None
    day, time, offset = match.groups()
    try:
        return datetime.fromisoformat(f"{day}T{time}{offset.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


class WireError(NamedTuple):
    """One error as it came, nothing of it checked: the field, the kind (``error.not-unique``), the texts."""

    field: object
    reference: object
    messages: Iterable[object]


def read_errors(body: object) -> Iterator[WireError]:
    """The errors in a body; none when it has neither form."""
    if isinstance(body, Mapping):
        yield from _errors_v2(body["errors"]) if "errors" in body else _errors_v1(body.get("contact"))


def _errors_v1(fields: object) -> Iterator[WireError]:
    """``{"contact": {"email": ["..."]}}``: envelope, field, messages."""
    for name, messages in fields.items() if isinstance(fields, Mapping) else ():
        yield WireError(name, None, messages if isinstance(messages, list) else (messages,))


def _errors_v2(errors: object) -> Iterator[WireError]:
    """``{"errors": [{"name": "email", "ref": "error.not-unique", "message": "..."}]}``."""
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, Mapping):
            yield WireError(error.get("name"), error.get("ref"), (error.get("message"),))
