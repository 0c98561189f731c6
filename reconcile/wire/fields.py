"""Tags, profile and address of a contact as v1 shows them."""

from reconcile.errors import UnexpectedResponse
from reconcile.model.contact import Fields
from reconcile.model.facets import tag_key

from .identities import Json

_NOT_PROFILE = frozenset(
    {"id", "type", "created", "createdOn", "modifiedOn", "password", "accessRoles", "tags", "address"}
)

_NOT_ADDRESS = frozenset({"id", "latitude", "longitude", "isPrimary", "country"})


def read_tags(body: Json, number: str) -> tuple[str, ...] | None:
    """The contact tags, sorted by key; None when the key is missing: they were not read.

    The form is ``{"contact": ["..."]}``; an empty array stands for no tags, as PHP writes an empty map.
    """
    value = body.get("tags")
    if value is None:
        return None
    values = value.get("contact") if isinstance(value, dict) else value
    if not isinstance(values, list) or not all(isinstance(tag, str) for tag in values):
        raise UnexpectedResponse(f"contact {number}: `tags` has a form that is not documented")
    if isinstance(value, list) and value:
        raise UnexpectedResponse(f"contact {number}: `tags` has a form that is not documented")
    return tuple(sorted(set(values), key=lambda tag: (tag_key(tag), tag)))


def read_profile(body: Json) -> Fields:
    """The text fields of a contact by their v1 names, empty ones as None."""
    return _text_fields(body, _NOT_PROFILE)


def read_address(body: Json) -> Fields:
    """The text fields of the primary address; none at all when the contact has no address."""
    value = body.get("address")
    return _text_fields(value, _NOT_ADDRESS) if isinstance(value, dict) else {}


def _text_fields(body: Json, left_out: frozenset[str]) -> Fields:
    return {
        key: value or None
        for key, value in sorted(body.items())
        if key not in left_out and (value is None or isinstance(value, str))
    }
