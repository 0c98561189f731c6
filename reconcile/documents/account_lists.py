"""The lists of an account as JSON documents, only written, and their JSON Schemas."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from reconcile.model.contact import Identity, OtherTag
from reconcile.model.reports.account_lists import (
    ContactList,
    HeldRole,
    ListedContact,
    ListedRole,
    ListHead,
    ListSelectors,
    RoleHolder,
    RoleList,
    UncertainContact,
)

from .codec import INLINE, Derived, Document, LeftOutWhen, encode_text, object_shape
from .items import IdentityDocument
from .json_kinds import EMPTY_AS_NULL, Schema

LIST_FORMAT_VERSION = "1.0"


class ListSelectorsDocument(Document[ListSelectors]):
    """What was asked for; a contact counts if it meets one of each kind that is given."""

    roles: tuple[str, ...]
    tags: tuple[str, ...]
    types: tuple[str, ...]
    status: Annotated[str | None, "active, pending or expired."]
    expires_within: Annotated[int | None, "In days."]


class UncertainContactDocument(Document[UncertainContact]):
    """A contact that may belong in the list: the account did not tell enough of it, for this reason."""

    contact: Annotated[Identity, INLINE]
    reason: str


class ListHeadDocument(Document[ListHead]):
    """What was read, and when. A new key is a minor version."""

    format_version: Annotated[str, Derived(lambda _: LIST_FORMAT_VERSION)]
    tool_version: str
    target: str
    account: str
    as_of: datetime
    timezone: str
    asked: ListSelectorsDocument
    complete: Annotated[bool, Derived("complete"), "Nothing is missing: no gap, and nobody is uncertain."]
    gap: Annotated[str, EMPTY_AS_NULL, "Why there may be more contacts; null where all were listed."]
    total: Annotated[int, "The number of contacts of the account."]
    uncertain: tuple[UncertainContactDocument, ...]


class HeldRoleDocument(Document[HeldRole]):
    """How a role is held at `as_of`."""

    status: Annotated[str, Derived("grant.status"), "active, pending, or another word of the account."]
    expires: Annotated[datetime | None, Derived("grant.expires"), "Null: perpetual."]
    expired: Annotated[bool, "Its own expiry has passed: it is held no more."]
    readable: Annotated[
        bool, Derived("grant.readable"), "False where the account did not tell the status or the expiry."
    ]


class NamedHeldRoleDocument(Document[HeldRole]):
    """A role that a contact holds, or held once."""

    reference: Annotated[str, Derived("grant.reference")]
    held: Annotated[HeldRoleDocument, INLINE, Derived(lambda held: held)]


class ListedContactDocument(Document[ListedContact]):
    """A contact with what it holds; a set that the account did not tell is null."""

    contact: Annotated[IdentityDocument, INLINE]
    roles: tuple[NamedHeldRoleDocument, ...] | None
    tags: tuple[str, ...] | None
    other_tags: Annotated[
        tuple[OtherTag, ...], LeftOutWhen(()), "Tags of other types, which are not managed."
    ]


class ContactListDocument(Document[ContactList]):
    """The contacts that meet what was asked for, sorted by e-mail address."""

    head: Annotated[ListHeadDocument, INLINE]
    contacts: tuple[ListedContactDocument, ...]


class RoleHolderDocument(Document[RoleHolder]):
    """Who holds a role, and how."""

    contact: Annotated[IdentityDocument, INLINE]
    held: Annotated[HeldRoleDocument, INLINE]


class ListedRoleDocument(Document[ListedRole]):
    """A role with its holders, sorted by e-mail address."""

    reference: Annotated[str, Derived("role.reference")]
    title: Annotated[str, Derived("role.title")]
    approval: Annotated[str, Derived("role.approval"), "none, email or admin."]
    in_account: Annotated[bool, "False for one that contacts hold and the account does not list."]
    protected: Annotated[bool, "No plan may touch it, so says `protect`."]
    privileged: Annotated[bool, "The guard `granting` names it."]
    ignored: Annotated[bool, "It is left alone, so says `ignore`."]
    holders: tuple[RoleHolderDocument, ...]


class RoleListDocument(Document[RoleList]):
    """The roles of the account, sorted by reference, with those of their holders that were asked for."""

    head: Annotated[ListHeadDocument, INLINE]
    roles: tuple[ListedRoleDocument, ...]


def contact_list_json(contacts: ContactList) -> str:
    """The text of a list of contacts."""
    return encode_text(ContactListDocument, contacts)


def role_list_json(roles: RoleList) -> str:
    """The text of a list of roles."""
    return encode_text(RoleListDocument, roles)


def _schema(document: type[Document[Any]], name: str, title: str) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:evance-reconcile:{name}:1",
        "title": f"{title}, format 1.x",
        **object_shape(document).schema(),
    }


LIST_SCHEMAS: dict[str, Callable[[], Schema]] = {
    "contact-list": lambda: _schema(ContactListDocument, "contact-list", "A list of contacts of reconcile"),
    "role-list": lambda: _schema(RoleListDocument, "role-list", "A list of roles of reconcile"),
}
"""The JSON Schemas (draft 2020-12) by their names. A list of a later minor version may have more keys."""
