"""Who a contact is, as both versions of the API tell it."""

from collections.abc import Mapping

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
    value = body.get("id")
    if isinstance(value, bool) or not isinstance(value, (int, str)) or not str(value).strip():
        raise UnexpectedResponse("a contact or role has no id")
    return str(value)


def _text(body: Json, key: str, number: str) -> str:
    value = body.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UnexpectedResponse(f"contact {number}: `{key}` is not text")
    return value
