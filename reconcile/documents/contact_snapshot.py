"""A contact's state as plain data and back: the before-images that a journal keeps."""

from collections.abc import Mapping
from typing import Any

from reconcile.clock import utc_text
from reconcile.model.contact import Contact, Fields, Grant, Identity, State

from .json_value import JsonValue


def contact_snapshot(contact: Contact) -> dict[str, Any]:
    """A live contact as JSON's types; a facet that was not read is null."""
    who, state = contact.identity, contact.state
    return {
        "id": who.id,
        "type": who.type,
        "email": who.email,
        "reference": who.reference,
        "roles": None if state.roles is None else [_grant(grant) for grant in state.roles],
        "tags": None if state.tags is None else list(state.tags),
        "profile": None if state.profile is None else dict(state.profile),
        "address": None if state.address is None else dict(state.address),
    }


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "reference": grant.reference,
        "status": grant.status,
        "expires": utc_text(grant.expires) if grant.expires else None,
        "readable": grant.readable,
    }


def contact_from_snapshot(image: Mapping[str, Any]) -> Contact:
    """The contact that an image shows; ValueError names what is wrong with it."""
    node = JsonValue(image)
    identity = Identity(
        id=node.key("id").text(),
        type=node.key("type").text(),
        email=node.key("email").text(),
        reference=node.key("reference").optional_text(),
    )
    roles, tags = node.key("roles"), node.key("tags")
    state = State(
        roles=None if roles.absent else tuple(map(_grant_from, roles.items())),
        tags=None if tags.absent else tuple(tag.text() for tag in tags.items()),
        profile=_fields(node.key("profile")),
        address=_fields(node.key("address")),
    )
    return Contact(identity, state)


def _grant_from(node: JsonValue) -> Grant:
    return Grant(
        reference=node.key("reference").text(),
        status=node.key("status").text(),
        expires=node.key("expires").optional_instant(),
        readable=node.key("readable").flag(),
    )


def _fields(node: JsonValue) -> Fields | None:
    if node.absent:
        return None
    return {name: node.key(name).optional_text() for name in node.mapping()}
