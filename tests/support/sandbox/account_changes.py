"""What each write changed, by the sandbox's own list, against what the plan that was shown allows.

A contact is a map of items: a facet and a name to a value. Times are in seconds since 1970.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconcile.journal.journaled_run import JournaledRun
from reconcile.journal.lines import IntentLine

Item = tuple[str, str]

Items = dict[Item, Any]

Operations = Sequence[Mapping[str, Any]]

MISSING = object()

SERVER_COLUMNS = ("is_primary",)
"""Columns of an address that nobody writes."""


@dataclass(frozen=True)
class ContactChange:
    """One change of a contact, by the tool or by somebody else; None stands for no contact."""

    contact: str
    by_tool: bool
    before: Items | None
    after: Items | None

    @property
    def items(self) -> set[Item]:
        """The items that have changed."""
        return differing(self.before or {}, self.after or {})


def differing(before: Items, after: Items) -> set[Item]:
    return {item for item in {*before, *after} if before.get(item, MISSING) != after.get(item, MISSING)}


def changes_of(rows: Iterable[Mapping[str, Any]]) -> list[ContactChange]:
    """The sandbox's list of changes."""
    return [
        ContactChange(
            str(row["contact"]),
            row["by"] == "caller",
            row["before"] and items_of(row["before"]),
            row["after"] and items_of(row["after"]),
        )
        for row in rows
    ]


def items_of(facts: Mapping[str, Any]) -> Items:
    tags = {
        (f"{kind} tags" if kind != "contact" else "tags", value): value
        for kind, values in facts["tags"].items()
        for value in values
    }
    return {
        **{("roles", reference): tuple(grant) for reference, grant in facts["roles"].items()},
        **tags,
        **{("profile", column.replace("_", "")): value for column, value in facts["fields"].items()},
        **{
            ("address", column.replace("_", "")): value
            for column, value in facts["address"].items()
            if column not in SERVER_COLUMNS
        },
    }


def unasked(
    change: ContactChange,
    asked: Mapping[Item, Mapping[str, Any]],
    run: JournaledRun,
    now: datetime,
    dropped: Collection[Item] = (),
) -> list[str]:
    """What a write of the tool changed that no operation names; empty when all was asked for.

    A grant that has lapsed may go. What somebody changed after the last reading before the write, nobody can
    see: for those items the write is measured by what that reading showed. ``dropped`` is what the account
    took by itself.
    """
    writes = [intent for intent in run.intents if intent.contact == change.contact]
    complaints = [_complaints(change, _as_read(change, intent), asked, now, dropped) for intent in writes]
    if not writes or change.before is None or change.after is None:
        return [f"contact {change.contact}: a write without an intent, or not of a contact that is there"]
    return min(complaints, key=len)


def _as_read(change: ContactChange, intent: IntentLine) -> Items:
    """The contact right before the write, with roles and tags as the last reading showed them."""
    image = intent.contact_before
    before = dict(change.before or {})
    if image is None:
        return before
    read = {
        **{
            ("roles", grant.reference): (grant.status, _seconds(grant.expires))
            for grant in image.state.roles or ()
        },
        **{("tags", tag): tag for tag in image.state.tags or ()},
    }
    sets = {item for item in before if item[0] in ("roles", "tags")}
    return {**{item: value for item, value in before.items() if item not in sets - {*read}}, **read}


def _complaints(
    change: ContactChange,
    before: Items,
    asked: Mapping[Item, Mapping[str, Any]],
    now: datetime,
    dropped: Collection[Item],
) -> list[str]:
    after = change.after or {}
    return [
        f"contact {change.contact}: {facet} {name}: {before.get((facet, name))} → {after.get((facet, name))}"
        for facet, name in sorted(differing(before, after) & change.items - {*dropped})
        if not _is_asked(
            before.get((facet, name)), after.get((facet, name)), asked.get((facet, name)), facet, now
        )
    ]


def _is_asked(
    before: Any, after: Any, operation: Mapping[str, Any] | None, facet: str, now: datetime
) -> bool:
    if operation is None:
        lapsed = facet == "roles" and before and before[1] is not None and before[1] <= now.timestamp()
        expired_word = facet == "roles" and before and after and before[0] == "expired"
        return bool(lapsed and after is None) or bool(expired_word and before[1] == after[1])
    if operation["action"] == "remove":
        return after is None
    if facet == "roles":
        return after is not None and after[1] == _seconds(operation["after"]["expires"])
    return bool(after == operation["after"])


def _seconds(expires: datetime | str | None) -> int | None:
    if expires is None:
        return None
    moment = datetime.fromisoformat(expires) if isinstance(expires, str) else expires
    return int(moment.timestamp())


def asked_by(plan: Mapping[str, Any], contact: str) -> dict[Item, Mapping[str, Any]]:
    """The operations of a plan for a contact, by item."""
    return {
        (operation["facet"], operation["item"]): operation
        for change in plan["changes"]
        if change["contact"]["id"] == contact
        for operation in change["operations"]
    }


def disagreements(run: JournaledRun, taken: Counter[str]) -> list[str]:
    """Where the journal's word on the writes of a contact is not what the account did with them.

    ``taken`` is how many the account has carried out; a write without a word may or may not be among them.
    """
    words = {line.content["intent"]: line.content["effect"] for line in run.lines if line.kind == "effect"}
    effects: dict[str, list[str]] = {}
    for intent in run.intents:
        effects.setdefault(intent.contact or "", []).append(words.get(intent.number, "not known"))
    return [
        f"contact {contact}: {told}, and {taken[contact]} were taken"
        for contact, told in effects.items()
        if not told.count("taken") <= taken[contact] <= told.count("taken") + told.count("not known")
    ]
