"""By which names a person calls a contact, declared or live: an e-mail, a reference or an id."""

from collections.abc import Iterable

from reconcile.model.contact import USER, Identity, email_key
from reconcile.model.declaration import Declaration
from reconcile.plan.matching.directory import possible_emails
from reconcile.text import nearest


def is_called(declaration: Declaration, name: str) -> bool:
    """Whether a declaration is of a contact of that name. Letter case counts, but not for an e-mail."""
    return (
        name == declaration.reference
        or declaration.id in {name, parse_contact_id(name)} - {None}
        or email_key(name) in possible_emails(declaration)
    )


def declarations_named(declarations: Iterable[Declaration], name: str) -> tuple[Declaration, ...]:
    """The declarations of a contact of that name."""
    return tuple(declaration for declaration in declarations if is_called(declaration, name))


def contacts_named(identities: Iterable[Identity], name: str) -> tuple[Identity, ...]:
    """The live contacts of that id or reference, and the users of that e-mail; guests repeat addresses."""
    return tuple(
        identity
        for identity in identities
        if parse_contact_id(name) == identity.id
        or name == identity.reference
        or (identity.type == USER and email_key(identity.email) == email_key(name))
    )


def parse_contact_id(name: str) -> str | None:
    """The id that a name is, with or without the word before it (``id 13``); None when it is none."""
    number = name.removeprefix("id ")
    return number if number.isascii() and number.isdecimal() else None


def nearest_name(declarations: Iterable[Declaration], name: str) -> str | None:
    """The declared e-mail, reference or id that is spelt most like a name."""
    pins = (pin for known in declarations for pin in (known.email, known.reference, known.id) if pin)
    return nearest(name, pins, key=email_key)
