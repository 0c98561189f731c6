"""What matters of one contact, in a few words: what it loses and gains, now and later."""

from reconcile.model.facets import Facet
from reconcile.model.plans.entries import ContactEntry
from reconcile.model.plans.operation import Action, Operation
from reconcile.render.escape import Dialect
from reconcile.text import count

from .names import names

_PHRASES = {
    "hands": "gets another",
    "privileged": "schedules",
    "ends": "schedules the end of",
    "returns": "takes back the schedule of",
}
"""What is said for a verb, where that is not itself."""


def contact_summary(entry: ContactEntry, dialect: Dialect) -> list[tuple[str, str]]:
    """Riskiest first, each with its verb: ``("loses", "loses preview")``, ``("more", "2 other steps")``."""
    now = _now(entry)
    items = {**now, **_later(entry)}
    phrases = [
        (verb, f"{_PHRASES.get(verb, verb)} {names(affected, dialect)}")
        for verb, affected in items.items()
        if affected
    ]
    others = len(entry.operations) - sum(map(len, now.values()))
    more = count(others, "other step" if phrases else "step")
    return [*phrases, ("more", more)] if others else phrases


def _now(entry: ContactEntry) -> dict[str, list[str]]:
    roles = [step for step in entry.operations if step.facet is Facet.ROLES]
    changed = [role for role in roles if role.action is Action.CHANGE]
    handovers: tuple[Operation, ...] = entry.change.handovers if entry.change else ()
    return {
        "hands": [step.item for step in handovers],
        "loses": [role.item for role in roles if role.revokes],
        "activates": [role.item for role in roles if role.bypasses_approval],
        "gains": [role.item for role in roles if role.before is None and not role.bypasses_approval],
        "changes": [role.item for role in changed if not role.bypasses_approval],
    }


def _later(entry: ContactEntry) -> dict[str, list[str]]:
    coming = [row for row in entry.scheduled if row.coming]
    starting = [row for row in coming if row.action is Action.ADD]
    return {
        "privileged": [row.item for row in starting if row.privileged],
        "schedules": [row.item for row in starting if not row.privileged],
        "ends": [row.item for row in coming if row.action is Action.REMOVE],
        "returns": [row.item for row in entry.scheduled if row.taken_back],
        "withholds": [row.item for row in entry.withheld],
    }
