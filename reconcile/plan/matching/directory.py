"""The live contacts by what can pin one, and which of them a declaration may mean."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reconcile.model.contact import USER, Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.record import NOTHING_REMEMBERED, Remembered

People = tuple[Identity, ...]
"""Live contacts that share a name."""


@dataclass(frozen=True)
class Directory:
    """The live contacts by each thing that can pin one; it is looked at by few of them, mostly by one."""

    identities: Sequence[Identity]

    @classmethod
    def of(cls, identities: Iterable[Identity]) -> "Directory":
        """The directory of these contacts."""
        return cls(tuple(identities))

    @cached_property
    def by_id(self) -> Mapping[str, People]:
        """All contacts by their ids."""
        return _index((identity.id, identity) for identity in self.identities)

    @cached_property
    def by_reference(self) -> Mapping[str, People]:
        """Those that have a reference."""
        return _index((one.reference, one) for one in self.identities if one.reference)

    @cached_property
    def by_email(self) -> Mapping[str, People]:
        """The users by their addresses: guests repeat addresses, and may carry a user's."""
        return _index((email_key(one.email), one) for one in self.identities if one.type == USER)

    def candidates(self, declaration: Declaration, known: str | None) -> People:
        """The contacts that a declaration may mean; ``known`` is the id of the one that it was about."""
        if declaration.id is not None:
            return self.by_id.get(declaration.id, ())
        same = self.by_id.get(known, ()) if known else ()
        renamed = tuple(identity for identity in same if is_renamed(declaration, identity))
        if renamed:
            return renamed
        if declaration.reference is not None:
            return tuple(sorted(self.by_reference.get(declaration.reference, ())))
        found = self.by_email.get(email_key(declaration.email or ""), ())
        return found if len(found) < 2 else tuple(sorted(set(found)))


def _index(pairs: Iterable[tuple[str, Identity]]) -> dict[str, People]:
    """Who has each key; mostly one contact, so that a tuple is less than a list.

    The others are added at once: a shop may have written one reference into all its contacts.
    """
    index: dict[str, People] = {}
    others: defaultdict[str, list[Identity]] = defaultdict(list)
    for key, identity in pairs:
        if key in index:
            others[key].append(identity)
        else:
            index[key] = (identity,)
    return index | {key: (*index[key], *same) for key, same in others.items()}


def possible_emails(declaration: Declaration) -> set[str]:
    """The addresses the contact may have: its own, and the one that a change of address gives it."""
    changed = (declaration.profile or {}).get("email")
    return {email_key(email) for email in (declaration.email, changed) if email}


def claimants(
    declarations: Iterable[Declaration], identity: Identity, remembered: Remembered = NOTHING_REMEMBERED
) -> tuple[Declaration, ...]:
    """The declarations that find this live contact, even where what else they say of it does not fit."""
    directory = Directory.of([identity])
    return tuple(
        declaration
        for declaration in declarations
        if directory.candidates(declaration, remembered.contact(declaration.key))
    )


def is_renamed(declaration: Declaration, identity: Identity) -> bool:
    """True when the contact has the address that its declaration gives it, in place of the one it had.

    A reference that finds a contact is never changed by its declaration (rule ``reference-moves``).
    """
    email = (declaration.profile or {}).get("email")
    by_email = declaration.reference is None and bool(email)
    return by_email and email_key(identity.email) == email_key(email or "")


def pin_text(declaration: Declaration) -> str:
    """What of a declaration finds its contact, in words."""
    if declaration.id is not None:
        return f"id {declaration.id}"
    if declaration.reference is not None:
        return f"reference '{declaration.reference}'"
    return f"e-mail {declaration.email}"
