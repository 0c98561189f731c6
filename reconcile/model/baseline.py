"""What the declarations are compared with, a base commit or the record; what stays that nothing declares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconcile.clock import OPEN, Window

from .contact import Identity
from .facets import Facet, ItemKey
from .problem import Place


@dataclass(frozen=True, slots=True)
class EntryKey:
    """What makes a declaration the same in two runs: all that it says of who is meant.

    ``email`` is in the form in which addresses are compared.
    """

    id: str | None = None
    reference: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class ResolvedItem:
    """A declared item of a set facet: what it comes to, without why it is declared.

    ``place`` is where it is declared; None where only the record tells of it.
    """

    facet: Facet
    name: str
    key: ItemKey
    status: str | None = None
    window: Window = OPEN
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ResolvedForm:
    """What a declaration comes to: bundles unfolded, windows as instants (design, section 6).

    ``managed`` are its facets, ``items`` those of its set facets. ``absent``: it says ``state: absent``.
    """

    managed: tuple[Facet, ...] = ()
    items: tuple[ResolvedItem, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True)
class BaselineEntry:
    """A declaration of the baseline. ``resolved`` is the digest of its resolved form, modes applied.

    ``form`` is None where it is not known any more: in a record of an earlier version. ``place`` is where the
    base declares it; None where only the record tells of it. ``contact`` is the id of the contact that it was
    about; None where that is not known: a commit tells of none. ``judged`` is when the last run began that
    left the contact as declared, or set it aside: until then the guards have judged what the clock does.
    """

    resolved: str
    form: ResolvedForm | None = None
    place: Place | None = None
    contact: str | None = None
    judged: datetime | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The declarations that the present ones are compared with: what is not in it is new.

    ``name`` is how to call it to a person: ``main at 4f2a9c1``, ``the last complete run``. ``allowances`` are
    the digests of its entries under ``allow``. ``config`` is the digest of its whole configuration;
    None for the record, which has that of the ``policy`` alone, under which the guards judged its schedules.
    ``at`` is when the run began that recorded it; None for a commit.
    """

    name: str
    entries: Mapping[EntryKey, BaselineEntry]
    config: str | None
    allowances: frozenset[str] = frozenset()
    at: datetime | None = None
    policy: str | None = None

    def knows(self, key: EntryKey, resolved: str) -> bool:
        """True when it has the very same declaration."""
        entry = self.entries.get(key)
        return entry is not None and entry.resolved == resolved


class Comparison(StrEnum):
    """What becomes of something against the baseline: without one, everything is new."""

    NEW = "new"
    CHANGED = "changed"
    TAKEN_BACK = "taken back"
    KNOWN = "known"


class NoLonger(StrEnum):
    """What is declared no longer: the whole contact, one of its facets, or a single item."""

    CONTACT = "contact"
    FACET = "facet"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Undeclared:
    """One thing that the baseline declared, that nothing declares now, and that stays.

    ``facet`` and ``item`` are None for a contact that holds nothing, or of which not all was ``looked_at``:
    it may hold more than the other lines say. ``status`` and ``expires`` are those of the live grant.
    ``source`` is where the base declares it; None where only the record tells of it.
    """

    contact: Identity
    what: NoLonger
    facet: Facet | None = None
    item: str | None = None
    status: str | None = None
    expires: datetime | None = None
    source: Place | None = None
    looked_at: bool = True


@dataclass(frozen=True, slots=True)
class AdditiveHolder:
    """A declared contact that keeps an item by additive mode alone.

    ``status`` is that of a grant which opens nothing, since it waits or was rejected; None for all else.
    """

    contact: Identity
    status: str | None = None


@dataclass(frozen=True, slots=True)
class AdditiveItem:
    """A role or tag that ``manage: authoritative`` would take from declared contacts today.

    ``holders`` are these contacts, each once, in the order of the plan.
    """

    facet: Facet
    item: str
    holders: tuple[AdditiveHolder, ...]

    @property
    def inactive(self) -> int:
        """How many of them hold a grant that opens nothing."""
        return sum(holder.status is not None for holder in self.holders)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a plan is cut down to (design, section 6).

    ``base`` is the commit whose declarations the present ones are compared with, ``ref`` the name that was
    given for it; None for a plan without a base. ``only`` are the contacts and files that were asked for.
    ``contacts`` are the declarations that were looked at, sorted, of ``declared`` in all.
    """

    base: str | None = None
    ref: str | None = None
    only: tuple[str, ...] = ()
    contacts: tuple[EntryKey, ...] = ()
    declared: int = 0
