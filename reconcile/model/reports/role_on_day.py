"""Who held a role on a day of the past: what journals and records prove, and what they do not."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reconcile.model.contact import Identity


class SeenHow(StrEnum):
    """By what a run knew what a contact held."""

    BEFORE = "before its write"
    AFTER = "read back after its write"
    RECORDED = "as declared, by its record"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one run saw of a role at one contact, at an instant from ``since`` to ``until``, both included.

    ``until`` is None where nothing tells when the run had ended. ``held``: the contact had a grant that had
    not lapsed, active or waiting for approval. ``status`` is that of the grant: ``default`` where the role's
    own rules decided and nothing tells how. ``expires`` is when the grant was to lapse.
    """

    contact: str
    run: str
    since: datetime
    until: datetime | None
    held: bool
    how: SeenHow
    status: str | None = None
    expires: datetime | None = None

    def within(self, start: datetime, end: datetime) -> bool:
        """Whether the instant surely lies between these, the second excluded."""
        return self.until is not None and start <= self.since and self.since <= self.until < end


class HolderVerdict(StrEnum):
    """What is proven of a contact and a role on a day."""

    HELD = "held"
    WITHOUT = "seen without it"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class SeenContact:
    """A contact of which some run saw whether it held the role.

    ``proof`` is what the verdict rests on; None where it is not known. ``before`` and ``after`` are the last
    sighting that began before the end of the day and the first one after it: they prove nothing of the day.
    """

    contact: Identity
    verdict: HolderVerdict
    proof: Sighting | None = None
    before: Sighting | None = None
    after: Sighting | None = None


@dataclass(frozen=True, slots=True)
class RoleOnDay:
    """Who held a role at some time of a ``day``, which is from ``start`` to ``end``, excluded.

    ``runs`` is how many runs of the account were asked; those that were retired are not, since their clocks
    were wrong. Whoever no run has seen is not among the contacts, and not known either.
    ``as_of_runs`` are those of them that were asked to work as of another time than their machine's clock
    showed: they count for that one. ``missing`` are runs whose journals are gone.
    """

    role: str
    day: date
    account: str
    timezone: str
    start: datetime
    end: datetime
    runs: int
    contacts: tuple[SeenContact, ...]
    as_of_runs: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def seen(self, verdict: HolderVerdict) -> tuple[SeenContact, ...]:
        """The contacts with that verdict."""
        return tuple(row for row in self.contacts if row.verdict is verdict)
