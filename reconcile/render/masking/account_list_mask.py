"""Masks the lists of an account: whom they name, and what tags and roles tell of them."""

from dataclasses import replace

from reconcile.model.facets import Facet
from reconcile.model.reports.account_lists import (
    ContactList,
    HeldRole,
    ListedContact,
    ListedRole,
    ListHead,
    RoleHolder,
    RoleList,
)

from .contact_mask import ContactMask, mask_grant, mask_identity
from .personal_texts import PersonalTexts, mask_emails


def mask_contact_list(contacts: ContactList) -> ContactList:
    """The list with ids, types, roles and tags, and without addresses."""
    return ContactList(_head(contacts.head), tuple(map(_contact, contacts.contacts)))


def mask_role_list(roles: RoleList) -> RoleList:
    """The list with roles, ids and types, and without addresses."""
    return RoleList(_head(roles.head), tuple(map(_role, roles.roles)))


def _head(head: ListHead) -> ListHead:
    uncertain = (
        replace(row, contact=mask_identity(row.contact), reason=mask_emails(row.reason))
        for row in head.uncertain
    )
    roles, tags = (tuple(map(mask_emails, patterns)) for patterns in (head.asked.roles, head.asked.tags))
    asked = replace(head.asked, roles=roles, tags=tags)
    return replace(head, asked=asked, uncertain=tuple(uncertain), gap=mask_emails(head.gap))


def _contact(row: ListedContact) -> ListedContact:
    hide = ContactMask(PersonalTexts.of([row.contact.email]))
    return replace(
        row,
        contact=mask_identity(row.contact),
        roles=None if row.roles is None else tuple(map(_held, row.roles)),
        tags=None if row.tags is None else tuple(hide.name(Facet.TAGS, tag) for tag in row.tags),
        other_tags=tuple(replace(tag, value=hide.personal.hide(tag.value)) for tag in row.other_tags),
    )


def _held(held: HeldRole) -> HeldRole:
    return replace(held, grant=mask_grant(held.grant))


def _role(row: ListedRole) -> ListedRole:
    role = replace(row.role, reference=mask_emails(row.role.reference), title=mask_emails(row.role.title))
    return replace(row, role=role, holders=tuple(map(_holder, row.holders)))


def _holder(holder: RoleHolder) -> RoleHolder:
    return RoleHolder(mask_identity(holder.contact), _held(holder.held))
