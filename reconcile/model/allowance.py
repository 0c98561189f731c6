"""What lifts a guard from the declarations: entries under ``allow``, for named people or up to a ceiling."""

from dataclasses import dataclass, field
from datetime import datetime

from .baseline import EntryKey
from .contact import USER, Identity, email_key
from .problem import Place

MOST_DAYS = 14
"""Maximum number of days from now to the last day of an entry (design, section 7)."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """One entry: the guard, and either the people whom it is lifted for or how far it is lifted.

    ``until`` is the first instant, in UTC, at which the entry lifts nothing any more. Each of the contacts is
    named by all that stands in its key. Entries that differ in reason or place alone are the same.
    """

    guard: str
    until: datetime
    reason: str = field(compare=False)
    place: Place = field(compare=False)
    contacts: tuple[EntryKey, ...] = ()
    ceiling: int | None = None

    def names(self, contact: Identity) -> bool:
        """True when it is for that contact."""
        return any(is_about(key, contact) for key in self.contacts)


def is_about(key: EntryKey, contact: Identity) -> bool:
    """All that the key says is the contact's; an address means users alone, since guests repeat those."""
    by_email = key.email is None or (contact.type == USER and email_key(contact.email) == key.email)
    by_id = key.id in (None, contact.id)
    return key != EntryKey() and by_id and key.reference in (None, contact.reference) and by_email


@dataclass(frozen=True, slots=True)
class SuggestedAllowance:
    """What an entry has to say, beside its guard and a reason, so that the guard lets the plan through.

    ``contacts`` are ids. ``until`` is a day of the configured time zone, as declarations write it.
    """

    until: str
    contacts: tuple[str, ...] = ()
    ceiling: int | None = None
