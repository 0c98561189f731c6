"""A contact's state as JSON: the before-images that a journal keeps."""

from collections.abc import Mapping
from typing import Annotated, Any

from reconcile.model.contact import Contact, Identity, State

from .codec import INLINE, Document, decode, encode
from .json_value import JsonValue


class ContactSnapshot(Document[Contact]):
    """Who a contact is, and its roles, tags and fields; a facet that was not read is null."""

    identity: Annotated[Identity, INLINE]
    state: Annotated[State, INLINE]


def contact_snapshot(contact: Contact) -> dict[str, Any]:
    """A live contact as JSON's types."""
    return encode(ContactSnapshot, contact)


def contact_from_snapshot(snapshot: Mapping[str, Any]) -> Contact:
    """The contact that a snapshot shows; ValueError names what is wrong with it."""
    return decode(ContactSnapshot, JsonValue(snapshot))
