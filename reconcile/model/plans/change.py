"""What a plan does to one contact, and who is set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from reconcile.model.contact import Grant, Identity, State, email_key
from reconcile.model.declaration import NO_DECLARATION, Declaration
from reconcile.model.problem import Place

from .operation import Kept, Operation


class ChangeAction(StrEnum):
    """What happens to a contact as a whole; a contact is never deleted."""

    CREATE = "create"
    UPDATE = "update"


def contact_key(contact: Identity) -> str:
    """What tells a contact from all others in every plan: its id, or the names of one that has none yet."""
    return contact.id or f"new {email_key(contact.email)} {contact.reference or ''}"


Payload = Mapping[str, Any]
"""The exact JSON body of a write; never changed once it stands in a plan."""


@dataclass(frozen=True, slots=True)
class Change:
    """All operations of one contact, with the exact payload and the state it leads to.

    ``contact.id`` is empty for a contact to be created. ``live_fingerprint`` covers the contact's identity
    and its whole live role and tag set; it is None for a contact to be created. ``target`` is what the
    contact is compared with after the write, ``declaration`` what the change was made from; a plan read from
    a file has neither, since apply plans afresh. ``lapsed`` are grants whose own expiry has passed: they are
    held no longer, and the write does not carry them along.
    """

    contact: Identity
    source: Place
    action: ChangeAction
    operations: tuple[Operation, ...]
    kept: tuple[Kept, ...]
    payload: Payload
    live_fingerprint: str | None
    target: State = field(default=State(), compare=False, repr=False)
    declaration: Declaration = field(default=NO_DECLARATION, compare=False, repr=False)
    lapsed: tuple[Grant, ...] = ()

    @property
    def key(self) -> str:
        """What tells this change from the others of its plan, in every plan: the contact it is about."""
        return contact_key(self.contact)

    @property
    def label(self) -> str:
        """How to name the contact to a person."""
        return self.contact.label

    @property
    def handovers(self) -> tuple[Operation, ...]:
        """The steps that hand the contact, and with it all its roles, to another mailbox."""
        created = self.action is ChangeAction.CREATE
        return () if created else tuple(step for step in self.operations if step.hands_over)

    def is_called(self, label: str) -> bool:
        """True when the label, as a declaration gives it, names this contact."""
        return self.contact.is_called(label)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A declared contact that is neither written nor counted as declared, and why, with what to do.

    The other contacts do not wait for it. What is not known of ``contact`` is empty: the id and the type
    where the account shows no such contact. ``revocations`` are roles that it should lose and still holds.
    ``since`` is when a run first set it aside, if the record says so of the very same declaration: such a
    contact is a note and changes no exit code. ``new``: the baseline does not have the declaration so.
    """

    contact: Identity
    source: Place
    reason: str
    revocations: tuple[str, ...] = ()
    since: datetime | None = None
    new: bool = True

    @property
    def known(self) -> bool:
        """True for a note: a complete run has told of it, and the entry has not changed since."""
        return self.since is not None

    @property
    def label(self) -> str:
        """How to name the contact to a person."""
        return self.contact.label
