"""What runs have done as JSON, each run whole. A new key is a minor version."""

from datetime import datetime
from typing import Annotated

from reconcile.model.record import Provenance
from reconcile.model.reports.history import RunContact, RunCounts, RunEnding, RunList, RunReport, SingleRun
from reconcile.model.reports.role_on_day import HolderVerdict, RoleOnDay, SeenContact, SeenHow, Sighting
from reconcile.model.result import LostItem

from .codec import Derived, Document
from .items import IdentityDocument
from .json_kinds import EMPTY_AS_NULL
from .plan import OperationDocument

HISTORY_FORMAT_VERSION = "1.0"


class RunContactDocument(Document[RunContact]):
    """What a run did to one contact, or may have done."""

    contact: IdentityDocument
    operations: Annotated[tuple[OperationDocument, ...], "Of all writes that may have taken effect."]
    outcome: Annotated[str | None, "How its change ended; null where the run was cut off before."]
    detail: Annotated[str, EMPTY_AS_NULL, "Why it did not succeed."]
    lost: Annotated[tuple[LostItem, ...], "What the contact lost that nobody asked to take."]
    in_doubt: Annotated[bool, "Nobody has looked yet what a write did."]


class RunDocument(Document[RunReport]):
    """One run: who started it, when, what it did to whom, and how it ended."""

    run: str
    id: Annotated[str, "The shortest name by which it can be called."]
    account: str
    target: str
    at: Annotated[datetime | None, "The instant that it worked as of."]
    machine: Annotated[datetime | None, "What the machine's clock showed then."]
    ended: Annotated[datetime | None, "When it ended; null where the journal does not tell."]
    ending: RunEnding
    stopped: Annotated[
        str | None, "Why it ended early; for one that was cut off: a later run has closed its journal."
    ]
    provenance: Annotated[Provenance | None, "Who started it; null where the journal notes nobody."]
    tool_version: str
    plan: Annotated[str, EMPTY_AS_NULL, "The digest of its plan."]
    due: Annotated[bool, "It did only what was due by the clock."]
    reverts: Annotated[str | None, "The run that it undoes."]
    reverted_by: Annotated[str | None, "The complete run that undid it."]
    declarations: Annotated[int | None, "How many it was cut down to; null for a run of everything."]
    base: Annotated[str | None, "The commit that these were compared with."]
    retired: Annotated[datetime | None, "When somebody retired it."]
    acknowledged: Annotated[bool, "Somebody accepted what contacts lost in it."]
    recorded: Annotated[bool, "It left a record for later runs."]
    counts: Annotated[RunCounts, Derived("counts")]
    contacts: tuple[RunContactDocument, ...]


class SingleRunDocument(Document[SingleRun]):
    """One run."""

    format_version: Annotated[str, Derived(lambda _: HISTORY_FORMAT_VERSION)]
    timezone: str
    run: Annotated[RunDocument, Derived("report")]


class RunListDocument(Document[RunList]):
    """Runs, the oldest first."""

    format_version: Annotated[str, Derived(lambda _: HISTORY_FORMAT_VERSION)]
    timezone: str
    contact: Annotated[str | None, "Whom they are about; null: everybody."]
    earlier: Annotated[int, "How many before them are left out."]
    runs: tuple[RunDocument, ...]


class SightingDocument(Document[Sighting]):
    """What one run saw of the role, at an instant between `since` and `until`, both included."""

    run: str
    since: datetime
    until: Annotated[datetime | None, "Null: nothing tells when the run had ended."]
    held: Annotated[bool, "A grant that had not lapsed, active or waiting for approval."]
    how: SeenHow
    status: Annotated[str | None, "Of the grant; default: active or waiting, by the role's own rules."]
    expires: datetime | None


class SeenContactDocument(Document[SeenContact]):
    """A contact of which some run saw whether it held the role."""

    contact: IdentityDocument
    verdict: HolderVerdict
    proof: Annotated[SightingDocument | None, "What the verdict rests on."]
    before: Annotated[SightingDocument | None, "The last sighting before; it proves nothing of the day."]
    after: Annotated[SightingDocument | None, "The first sighting after; it proves nothing of the day."]


class RoleOnDayDocument(Document[RoleOnDay]):
    """Who held a role at some time of a day. Whoever no run has seen is not among the contacts."""

    format_version: Annotated[str, Derived(lambda _: HISTORY_FORMAT_VERSION)]
    role: str
    day: Annotated[str, Derived(lambda report: report.day.isoformat())]
    account: str
    timezone: str
    start: datetime
    end: Annotated[datetime, "Excluded."]
    runs: Annotated[int, "How many runs were asked."]
    contacts: tuple[SeenContactDocument, ...]
    as_of_runs: Annotated[
        tuple[str, ...], "Runs that worked as of another time than the machine's; they count for that one."
    ]
    missing: Annotated[tuple[str, ...], "Runs whose journals are gone."]
