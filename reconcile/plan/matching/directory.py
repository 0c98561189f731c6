"""The live contacts by what can pin one, and which of them a declaration may mean."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from reconcile.model.contact import USER, Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.record import NOTHING_REMEMBERED, Remembered


@dataclass(slots=True)
class Directory:
    """The live contacts by each thing that can pin one."""

    by_id: dict[str, list[Identity]] = field(default_factory=lambda: defaultdict(list))
    by_reference: dict[str, list[Identity]] = field(default_factory=lambda: defaultdict(list))
    by_email: dict[str, list[Identity]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, identities: Iterable[Identity]) -> "Directory":
        """The directory of these contacts."""
        directory = cls()
        for identity in identities:
            directory._add(identity)
        return directory

    def _add(self, identity: Identity) -> None:
        self.by_id[identity.id].append(identity)
        if identity.reference:
            self.by_reference[identity.reference].append(identity)
        # Guests repeat addresses and may carry a user's: only users are matched by e-mail.
        if identity.type == USER:
            self.by_email[email_key(identity.email)].append(identity)

    def candidates(self, declaration: Declaration, known: str | None) -> list[Identity]:
        """The contacts that a declaration may mean; ``known`` is the id of the one that it was about."""
        if declaration.id is not None:
            return self.by_id.get(declaration.id, [])
        renamed = [
            identity for identity in self.by_id.get(known or "", []) if is_renamed(declaration, identity)
        ]
        if renamed:
            return renamed
        if declaration.reference is not None:
            return sorted(self.by_reference.get(declaration.reference, []))
        return sorted(set(self.by_email.get(email_key(declaration.email or ""), [])))


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
