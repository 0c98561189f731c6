"""The nouns both sides share: contacts, the grants and tags they hold, the account's roles."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconcile.text import ascii_folded

from .facets import Facet

ACTIVE = "active"

PENDING = "pending"

BY_ROLE = "default"
"""The status of a grant that is yet to be given under the role's own rules: the account decides between
active and pending (Evance help: Updating a Contact)."""

USER = "user"

ADDABLE_TYPES = ("user", "guest", "branch", "recipient")
"""The contact types that can be added (Evance help: Adding a Contact); ``hq`` can not."""


EMAIL_FORM = re.compile(r'[^@\s<>,;"]+@[^@\s<>,;".]+(\.[^@\s<>,;".]+)+')
"""A bare e-mail address, without a name or brackets: the only form in which one can be declared."""

CONTACT_ID = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)
"""The form of a contact's id in declarations."""


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A contact's holding of one access role.

    ``status`` is what the API says (``active``, ``pending`` or another word). ``expires`` is an instant in
    UTC in whole seconds, excluded; None is perpetual. A grant is not ``readable`` when the API did not tell
    its status or its expiry: such a grant must never be written back, since both would be guesses.
    """

    reference: str
    status: str = ACTIVE
    expires: datetime | None = None
    readable: bool = True

    @property
    def active(self) -> bool:
        """True when the role is in force, not waiting for a verification or an approval."""
        return self.status == ACTIVE

    @property
    def opens(self) -> bool:
        """False where the grant is known to open nothing: it waits, was rejected, or is yet to be given.

        A grant whose status the API did not tell may well open something.
        """
        return self.status in {ACTIVE, ""}

    def held(self, now: datetime) -> bool:
        """False once the grant's own expiry has passed: the contact then no longer holds the role."""
        return self.expires is None or self.expires > now


Item = Grant | str
"""What a set facet holds: a grant of a role, or a tag as text."""


def in_force(item: Item, now: datetime) -> bool:
    """False once an item's own expiry has passed; only a grant has one."""
    return not isinstance(item, Grant) or item.held(now)


def item_name(item: Item) -> str:
    """What an item of a set facet is called: a role's reference, a tag's value."""
    return item.reference if isinstance(item, Grant) else item


def email_key(value: str) -> str:
    """What makes two e-mail addresses the same: the case of ASCII letters does not count, all else does."""
    return ascii_folded(value)


def is_same_value(field: str, one: str | None, other: str | None) -> bool:
    """Whether two values of a field are the same: an address in whatever letter case, and empty is empty."""
    return (
        email_key(one or "") == email_key(other or "") if field == "email" else (one or "") == (other or "")
    )


@dataclass(frozen=True, slots=True, order=True)
class OtherTag:
    """A tag of another type than contacts have by their documents: it is not managed, only watched.

    ``value`` is the tag's text; where the account shows no texts, the whole of the type in JSON.
    """

    type: str
    value: str


Fields = Mapping[str, str | None]
"""Profile or address fields by their API name; the empty string never stands here, None means empty."""


HANDOVER_FIELDS = frozenset({"email", "username"})
"""The fields of the profile that decide who gets a contact's mail, and who may log in as it."""

IDENTIFYING_FIELDS = frozenset({"email", "reference"})
"""The fields of the profile by which the configuration names contacts."""


@dataclass(frozen=True, slots=True)
class State:
    """What can be managed of a contact. Live and target states are of this one type.

    A facet that is None was not read (live) or is not managed (target). Grants are sorted by reference,
    tags by their key, so that equal states are ``==``. ``other_tags`` are what the live contact has besides
    ``tags``, sorted; a target has none.
    """

    roles: tuple[Grant, ...] | None = None
    tags: tuple[str, ...] | None = None
    profile: Fields | None = None
    address: Fields | None = None
    other_tags: tuple[OtherTag, ...] = ()

    def has(self, facet: Facet) -> bool:
        """True when the facet was read, or is managed."""
        return getattr(self, facet) is not None

    def items(self, facet: Facet) -> tuple[Item, ...]:
        """The items of a set facet; none also where it was not read or is not managed."""
        items: tuple[Item, ...] | None = getattr(self, facet)
        return items or ()

    def fields(self, facet: Facet) -> Fields:
        """The values of a facet's fields; none also where they were not read or are not managed."""
        fields: Fields | None = getattr(self, facet)
        return fields or {}


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """Who a contact is: what a listing tells of it."""

    id: str
    type: str
    email: str
    reference: str | None = None

    @property
    def label(self) -> str:
        """How to name the contact to a person: its e-mail, else its reference, else its id."""
        return self.email or self.reference or f"id {self.id}"

    @property
    def label_with_id(self) -> str:
        """The same with its id, for a log: addresses are masked there, and two of them may look alike."""
        named = self.email or self.reference
        return f"{named} (contact {self.id})" if named and self.id else self.label

    def is_called(self, label: str) -> bool:
        """True when the label, as a declaration gives it, names this contact."""
        by_email = bool(self.email) and email_key(label) == email_key(self.email)
        return by_email or label in {self.reference, f"id {self.id}"}


@dataclass(frozen=True, slots=True)
class Contact:
    """A live contact as the API tells it."""

    identity: Identity
    state: State


@dataclass(frozen=True, slots=True, order=True)
class Role:
    """An access role of the account. ``approval`` is ``none``, ``email`` or ``admin``.

    ``version`` tells it from itself before a change, and from an earlier role of the same reference.
    """

    reference: str
    title: str = ""
    approval: str = "none"
    version: str = field(default="", compare=False)

    @property
    def asks(self) -> bool:
        """True when a grant by the role's own rules may wait (Evance help: the Access Role object)."""
        return self.approval != "none"
