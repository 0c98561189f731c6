"""The plan as a JSON document in format 1.0: what files hold, digests cover and other programs read.

The format is versioned semantically: a new key is a minor change. A plan of a later minor version is read
without the keys that this version does not know.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from reconcile.model.baseline import Scope
from reconcile.model.contact import Grant
from reconcile.model.facets import Facet
from reconcile.model.plans.change import Change, ChangeAction, SetAside
from reconcile.model.plans.operation import Action, Kept, Operation
from reconcile.model.plans.plan import Boundary, Plan
from reconcile.model.plans.summary import Summary, summarise

from .codec import (
    GROUPED,
    INLINE,
    AddedLater,
    Derived,
    Document,
    From,
    LeftOutWhen,
    decode,
    encode,
    object_shape,
)
from .guards import AllowanceDocument, VerdictDocument
from .items import Event, ItemValue, NamedContactDocument, OriginDocument
from .json_kinds import JsonKind, Schema, nullable
from .json_text import JsonValue, json_text
from .schedule import (
    AdditiveItemDocument,
    LapsingDocument,
    ScheduledDocument,
    UndeclaredDocument,
    WithheldDocument,
)

FORMAT_VERSION = "1.0"

_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})", re.ASCII)


class OperationDocument(Document[Operation]):
    """One reviewable step."""

    facet: Annotated[Facet, "contact: the creation itself."]
    item: Annotated[str, "The role's reference, the tag's value or the field's name."]
    action: Action
    before: ItemValue
    after: ItemValue
    bypasses_approval: Annotated[
        bool,
        LeftOutWhen(False),
        From("skips_approval"),
        "Stands here, as true, where a new grant is active although its role asks for an approval. "
        "That a grant which waited is made active, `before` and `after` tell.",
    ]
    origin: Annotated[OriginDocument, INLINE]


class KeptDocument(Document[Kept]):
    """An item of a managed facet that stays as it is."""

    facet: Annotated[Facet, "contact: the creation itself."]
    item: Annotated[str, "The role's reference, the tag's value or the field's name."]
    value: ItemValue
    origin: Annotated[OriginDocument, INLINE]


class LapsedGrantDocument(Document[Grant]):
    """A grant that the write does not carry along: its own expiry has passed, so it is held no longer."""

    item: Annotated[str, From("reference"), "The role's reference."]
    status: str
    expires: datetime


class ChangeDocument(Document[Change]):
    """All operations of one contact, with the exact body of its one write."""

    contact: Annotated[NamedContactDocument, GROUPED]
    action: ChangeAction
    operations: tuple[OperationDocument, ...]
    kept: tuple[KeptDocument, ...]
    lapsed: Annotated[tuple[LapsedGrantDocument, ...], LeftOutWhen(()), "What lapses with the write."]
    payload: Annotated[Mapping[str, Any], "The exact JSON body of the write."]
    live_fingerprint: Annotated[
        str | None,
        "Digest of the contact's identity and its whole live role and tag set; "
        "null for a contact to be created.",
    ]


class SetAsideDocument(Document[SetAside]):
    """A declared contact that is not written, while the others are."""

    contact: Annotated[NamedContactDocument, GROUPED]
    reason: Annotated[str, "Why, and what to do."]
    revocations: Annotated[tuple[str, ...], "Roles that it should lose and still holds."]
    since: Annotated[
        datetime | None, AddedLater(), "Since when, where a run has set the same declaration aside before."
    ]
    new: Annotated[bool, AddedLater(), "The baseline does not have the declaration as it is."]


class ContactCounts(Document[Summary]):
    """Contacts."""

    created: Annotated[int, From("contacts_created")]
    updated: Annotated[int, From("contacts_updated")]
    unchanged: Annotated[int, From("contacts_unchanged")]
    set_aside: Annotated[int, From("contacts_set_aside"), LeftOutWhen(0)]
    losing_access: Annotated[int, From("contacts_losing_access")]
    undeclared: Annotated[int, From("contacts_undeclared"), LeftOutWhen(0), "Declared no longer."]


class RoleCounts(Document[Summary]):
    """Grants; activated: made active past an approval, be they new or not."""

    granted: Annotated[int, From("roles_granted")]
    revoked: Annotated[int, From("roles_revoked")]
    changed: Annotated[int, From("roles_changed")]
    activated: Annotated[int, From("roles_activated")]


class TagCounts(Document[Summary]):
    """Tags."""

    added: Annotated[int, From("tags_added")]
    removed: Annotated[int, From("tags_removed")]


class FieldCounts(Document[Summary]):
    """Profile and address fields."""

    changed: Annotated[int, From("fields_changed")]


class SummaryDocument(Document[Summary]):
    """Counts of contacts, and of operations by kind."""

    contacts: Annotated[ContactCounts, GROUPED]
    roles: Annotated[RoleCounts, GROUPED]
    tags: Annotated[TagCounts, GROUPED]
    fields: Annotated[FieldCounts, GROUPED]
    scheduled: Annotated[int, LeftOutWhen(0), "Items scheduled anew, or otherwise than by the baseline."]
    taken_back: Annotated[
        int, LeftOutWhen(0), "Items that the baseline scheduled, and nothing schedules now."
    ]
    withheld: Annotated[int, LeftOutWhen(0), "Items whose window has closed, and that nobody holds."]


class PlanBoundaryDocument(Document[Boundary]):
    """The window that starts or lapses at valid_until."""

    event: Event
    item: str
    contact: str


def _read_boundary(holder: JsonValue, name: str) -> Boundary | None:
    """The boundary under a key; its instant stands under another one, ``valid_until``."""
    at, boundary = holder.key("valid_until"), holder.key(name)
    if at.absent and boundary.absent:
        return None
    attributes = object_shape(PlanBoundaryDocument).attributes(boundary)
    return Boundary(at=at.instant(), **attributes)


BOUNDARY = replace(nullable(object_shape(PlanBoundaryDocument).kind()), read_key=_read_boundary)


_NOT_MASKED = "Empty in a masked plan: it would confirm a guessed address."


class PlanDocument(Document[Plan]):
    """What `reconcile plan --format json` writes and `reconcile apply` reads."""

    format_version: Annotated[
        str,
        Derived(lambda _: FORMAT_VERSION),
        JsonKind(JsonValue.text, {"type": "string", "pattern": r"^1\.(0|[1-9]\d*)$"}),
        "Semantic: a new key is a minor change.",
    ]
    tool_version: str
    target: str
    account: str
    revert: Annotated[str | None, "The run that the plan undoes; null for a plan of the declarations."]
    as_of: datetime
    valid_until: Annotated[
        datetime | None,
        Derived(lambda plan: plan.valid_until and plan.valid_until.at),
        "When the next window starts or lapses.",
    ]
    boundary: Annotated[Boundary | None, From("valid_until"), BOUNDARY]
    timezone: Annotated[str, "The IANA zone that bare dates are meant in."]
    scope: Annotated[
        Scope | None,
        AddedLater(),
        "What the plan was cut down to: the commit of the base, what was asked for, and the declarations "
        "that were looked at; null for a plan of everything.",
    ]
    config_digest: Annotated[str, _NOT_MASKED]
    declarations_digest: Annotated[str, _NOT_MASKED]
    summary: Annotated[SummaryDocument, Derived(summarise)]
    changes: tuple[ChangeDocument, ...]
    scheduled: Annotated[
        tuple[ScheduledDocument, ...], AddedLater(), "What the clock will give and take, soonest first."
    ]
    withheld: Annotated[
        tuple[WithheldDocument, ...],
        AddedLater(),
        "Declared items whose window has closed, and that nobody holds.",
    ]
    undeclared: Annotated[
        tuple[UndeclaredDocument, ...], AddedLater(), "What is declared no longer, and stays."
    ]
    set_aside: Annotated[
        tuple[SetAsideDocument, ...], AddedLater(), "Who is not written, while the others are."
    ]
    allow: Annotated[
        tuple[AllowanceDocument, ...], AddedLater(), "The declared entries that lift a guard for this plan."
    ]
    pipeline: Annotated[
        bool,
        LeftOutWhen(False),
        "A job of a pipeline has made it, which takes overrides from the declarations alone.",
    ]
    would_revoke: Annotated[
        tuple[AdditiveItemDocument, ...],
        LeftOutWhen(()),
        "What additive mode keeps, and `manage: authoritative` would take today from the contacts that were "
        "looked at. The plan does nothing of it.",
    ]
    lapsing: Annotated[
        tuple[LapsingDocument, ...],
        LeftOutWhen(()),
        "What the contacts that were looked at lose within 14 days, by the clock alone, soonest first.",
    ]
    unchanged: Annotated[int, "Contacts that are as declared; those set aside do not count."]
    notes: tuple[str, ...]
    guards: tuple[VerdictDocument, ...]
    digest: Annotated[str, f"SHA-256 over what the plan does. {_NOT_MASKED}"]


def plan_document(plan: Plan) -> dict[str, Any]:
    """A plan as JSON's types, in the order in which the keys are documented."""
    return encode(PlanDocument, plan)


def plan_json(plan: Plan) -> str:
    """The text of a plan's file; ``plan_from_document`` reads it back."""
    return json_text(plan_document(plan))


def plan_from_document(document: Mapping[str, Any]) -> Plan:
    """The plan that a document tells, in format 1.x; keys of later minor versions are ignored.

    Raises ValueError, with the path of the value and what is wrong with it, for anything that is not a plan
    and for another major version. ``Change.target`` stays at its default. The digest is read, not checked.
    """
    root = JsonValue(document)
    _check_version(root.key("format_version"))
    return decode(PlanDocument, root)


def _check_version(version: JsonValue) -> None:
    known, _, _ = FORMAT_VERSION.partition(".")
    numbers = _VERSION.fullmatch(version.text())
    if numbers is None:
        raise version.wrong("is not a version such as 1.0")
    if numbers[1] != known:
        raise version.wrong(f"is {numbers[0]}; this version of reconcile reads plans of the format {known}.x")


def plan_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a plan in format 1.x.

    Closed for the minor version it was made for; a plan of a later one may have more keys.
    """
    plan = object_shape(PlanDocument)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:evance-reconcile:plan:1",
        "title": "A plan of reconcile, format 1.x",
        "$comment": f"A plan of {FORMAT_VERSION} has no further keys; one of a later minor version may have.",
        **plan.schema(),
        "if": {"properties": {"format_version": {"const": FORMAT_VERSION}}},
        "then": plan.closing_schema(),
    }
