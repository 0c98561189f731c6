"""How contacts, places and who is set aside are written, in any dialect: no hostile string stands bare."""

from collections.abc import Iterable
from urllib.parse import quote

from reconcile.model.contact import Identity
from reconcile.model.plans.change import SetAside
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place
from reconcile.render.escape import MASK, Dialect, url_path
from reconcile.text import listed

from .operation_text import day_text

BELOW = " below"
"""Where the other names of a warning are: with the contacts, or in the lists of who is set aside or gone."""

IN_JSON = "; the plan as JSON has them all"
"""Where the other names are, where no text has them."""


def contact_name(contact: Identity, label: str, dialect: Dialect) -> str:
    """A contact's name with its id and reference in the account."""
    reference = contact.reference if contact.reference != label else None
    known = (contact_id(contact, dialect), f"reference {dialect.name(reference)}" if reference else "")
    inner = ", ".join(filter(None, known))
    return f"{dialect.name(label)} ({inner})" if inner else dialect.name(label)


def named_with_id(contact: Identity, dialect: Dialect) -> str:
    """A contact's name with its id, once: ``pippa@rowe.example.org (contact 40)``, ``id 40``."""
    known = bool(contact.id) and contact.label != f"id {contact.id}"
    name = dialect.name(contact.label)
    return f"{name} ({contact_id(contact, dialect)})" if known else name


def short_name(contact: Identity, dialect: Dialect) -> str:
    """The contact's name in a sentence; with its id where a masked name could be anybody's."""
    name, known = dialect.name(contact.label), contact_id(contact, dialect)
    return f"{name} ({known})" if MASK in contact.label and known else name


def contact_id(contact: Identity, dialect: Dialect) -> str:
    """``contact 13``; ``new user`` for one to be created; empty where the account does not show it."""
    if contact.id:
        return f"contact {dialect.name(contact.id)}"
    return f"new {dialect.name(contact.type)}" if contact.type else ""


def set_aside_name(entry: SetAside, dialect: Dialect) -> str:
    """The name of a contact that is set aside; its id stands with it where the account shows it."""
    known = bool(entry.contact.id) and entry.label != f"id {entry.contact.id}"
    return contact_name(entry.contact, entry.label, dialect) if known else dialect.name(entry.label)


def set_aside_reason(entry: SetAside, dialect: Dialect) -> str:
    """Why a contact is set aside, and what it still holds."""
    roles = ", ".join(map(dialect.name, entry.revocations))
    still = f"; still to be revoked: {roles}" if roles else ""
    return f"{dialect.prose(entry.reason)}{still}"


def ordered_set_aside(plan: Plan) -> list[SetAside]:
    """Open revocations first, then those who are set aside anew, then those who have been for some time."""
    return sorted(plan.set_aside, key=lambda entry: (not entry.revocations, entry.since is not None))


def set_aside_lead(entry: SetAside, timezone: str) -> str:
    """``set aside``, with the day since when it is so."""
    return f"set aside since {day_text(entry.since, timezone)}" if entry.since else "set aside"


def place_text(place: Place, dialect: Dialect) -> str:
    """``file:line``, as a link to it where the dialect knows the address of the files at the commit."""
    text = dialect.name(f"{place.file}:{place.line}" if place.line else place.file)
    url = _place_url(place, dialect.source_url) if dialect.link and dialect.source_url else None
    return dialect.link(text, url) if dialect.link and url else text


def _place_url(place: Place, source_url: str) -> str | None:
    """The address of a line; GitHub and GitLab both know it as ``#L12``.

    None for an address that is none of the web, for a path that leads out of the folder, and for a file whose
    name is masked: there is none of that name.
    """
    path = url_path(place.file)
    if not source_url.startswith(("https://", "http://")) or path is None or MASK in place.file:
        return None
    line = f"#L{place.line}" if place.line else ""
    return quote(f"{source_url.rstrip('/')}/{path}{line}", safe=":/?#@!$&*+,;=%~")


def names(items: Iterable[str], dialect: Dialect, rest: str = "") -> str:
    """The first names of a list, and how many more there are; ``rest`` says where these are."""
    return listed(list(map(dialect.name, items)), rest=rest)
