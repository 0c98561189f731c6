"""What a plan says of guards: their verdicts, the entries that lift some, and what would lift others."""

from datetime import datetime
from typing import Annotated

from reconcile.model.allowance import Allowance, SuggestedAllowance
from reconcile.model.baseline import EntryKey
from reconcile.model.guards import Verdict

from .codec import Document, From, LeftOutWhen
from .items import PlaceDocument


class SuggestedAllowanceDocument(Document[SuggestedAllowance]):
    """What an entry under `allow` has to say beside guard and reason: whom it is for, or how far."""

    contacts: Annotated[tuple[str, ...], "Ids."]
    ceiling: int | None
    until: Annotated[str, "A day of the plan's zone."]


class AllowedContactDocument(Document[EntryKey]):
    """Whom an entry names: by all that is not null."""

    id: str | None
    reference: str | None
    email: str | None


class AllowanceDocument(Document[Allowance]):
    """An entry under `allow` that lifts a guard."""

    guard: str
    contacts: Annotated[tuple[AllowedContactDocument, ...], "For whom it lifts the guard."]
    ceiling: Annotated[int | None, "How far it lifts the guard, where it names nobody."]
    until: Annotated[datetime, "When it ends."]
    reason: str
    source: Annotated[PlaceDocument, From("place")]


class VerdictDocument(Document[Verdict]):
    """What a guard says of the plan."""

    name: Annotated[str, From("guard")]
    passed: bool
    found: int
    limit: int
    subjects: tuple[str, ...]
    message: str
    lifted: Annotated[
        bool,
        LeftOutWhen(False),
        "Stands here, as true, where it does not pass and entries under `allow` lift it.",
    ]
    to_allow: Annotated[
        SuggestedAllowanceDocument | None,
        LeftOutWhen(None),
        "What an entry under `allow` would have to say to lift it, where one could.",
    ]
