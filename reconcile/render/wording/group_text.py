"""What is said of contacts to which the very same happens, and where a cut leaves the rest."""

from collections.abc import Iterator, Sequence

from reconcile.model.facets import FACETS, RANK, SETS, Facet
from reconcile.model.plans.entries import ContactEntry
from reconcile.model.plans.operation import Action
from reconcile.render.escape import Dialect
from reconcile.text import count, plural

from .names import named_with_id, names

MOST_WHOLE = 20
"""Maximum number of contacts, rows of a table and contacts set aside that a text shows one by one unasked."""

SHOW_ALL, LIST_ALL = "--no-concise shows them all", "--no-concise lists them"

_NAMED = 3
"""Maximum number of contacts of a group that are named, then how many more there are."""

_VERBS = {
    (Facet.ROLES, Action.ADD): "grants",
    (Facet.ROLES, Action.REMOVE): "revokes",
    (Facet.TAGS, Action.ADD): "adds",
    (Facet.TAGS, Action.REMOVE): "removes",
}


def group_title(group: Sequence[ContactEntry], dialect: Dialect) -> str:
    """``adds tag audit-2027 · 580 contacts``."""
    phrases = "; ".join(effect_phrases(group[0], dialect)) or "changes nothing"
    return f"{phrases} · {count(len(group), 'contact')}"


def group_names(group: Sequence[ContactEntry], dialect: Dialect) -> str:
    """The first contacts of a group, how many more there are, and where they are named."""
    first = ", ".join(named_with_id(entry.contact, dialect) for entry in group[:_NAMED])
    more = len(group) - _NAMED
    return f"{first} and {more:,} more; {SHOW_ALL}" if more > 0 else first


def effect_phrases(entry: ContactEntry, dialect: Dialect) -> Iterator[str]:
    """What happens to a contact, in a few words: ``grants role customer``, ``schedules role press``."""
    if any(step.facet is Facet.CONTACT for step in entry.operations):
        yield "creates a contact"
    items: dict[tuple[str, Facet], list[str]] = {}
    for step in entry.operations:
        if step.facet in SETS:
            verb = _VERBS.get((step.facet, step.action), "changes")
            items.setdefault((verb, step.facet), []).append(step.item)
        elif step.facet is not Facet.CONTACT:
            items.setdefault(("sets", step.facet), []).append(step.item)
    for row in entry.scheduled:
        ends = "schedules the end of" if row.action is Action.REMOVE else "schedules"
        verb = "takes back the schedule of" if row.taken_back else ends
        items.setdefault((verb, row.facet), []).append(row.item)
    for item in entry.withheld:
        items.setdefault(("withholds", item.facet), []).append(item.item)
    for (verb, facet), affected in sorted(items.items(), key=lambda pair: RANK[pair[0][1]]):
        noun = FACETS[facet].noun if facet in FACETS else facet.value
        kind = plural(len(affected), noun) if facet in SETS else noun
        yield f"{verb} {kind} {names(affected, dialect)}"
