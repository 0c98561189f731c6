"""What was last known of an item that differs: its value, and the run that proves it."""

from dataclasses import dataclass, replace
from datetime import datetime

from reconcile.model.baseline import ResolvedForm, ResolvedItem
from reconcile.model.contact import BY_ROLE, Grant
from reconcile.model.declaration import Declaration
from reconcile.model.facets import SETS, Facet, item_key
from reconcile.model.plans.operation import Operation, Value
from reconcile.model.record import RecordedEntry
from reconcile.model.reports.drift import LastKnown
from reconcile.plan.baseline.resolved import resolved_form


@dataclass(frozen=True, slots=True)
class LastSettled:
    """What the last run that left a contact as declared proves of its items.

    ``at`` is when that run began. ``whole``: ``form`` is that of the present declaration, so that what it
    does not have was not held then, and its fields had their present values. Otherwise only what ``form`` has
    is known.
    """

    form: ResolvedForm
    at: datetime
    whole: bool

    def value_of(self, operation: Operation) -> LastKnown | None:
        """The item of an operation as it was then; None where nothing tells."""
        if operation.facet not in SETS:
            return LastKnown(operation.after, self.at) if self.whole else None
        key = operation.facet, item_key(operation.facet, operation.item)
        item = next((item for item in self.form.items if item.key == key), None)
        if item is None:
            return LastKnown(None, self.at) if self.whole else None
        held = item.window.contains(self.at)
        return LastKnown(_held(item, operation) if held else None, self.at)


def _held(item: ResolvedItem, operation: Operation) -> Value:
    """A declared item as it was held; a role that was declared without a status had the one that it has."""
    if item.facet is not Facet.ROLES:
        return item.name
    present = operation.after.status if isinstance(operation.after, Grant) else BY_ROLE
    return Grant(item.name, item.status or present, item.window.expires)


def settled_as_declared(declaration: Declaration, at: datetime | None) -> LastSettled | None:
    """What a run proves that carried out the very same declaration."""
    return LastSettled(resolved_form(declaration), at, whole=True) if at else None


def settled_before(entry: RecordedEntry | None) -> LastSettled | None:
    """What a run proves that carried out the declaration as it was then."""
    if entry is None or entry.settled is None or entry.form is None:
        return None
    return LastSettled(entry.form, entry.settled, whole=False)


def differing_from_live(known: LastKnown | None, operation: Operation) -> LastKnown | None:
    """What was known of an item that was changed outside since; None where it is as it is now.

    Such a value is older than the change that it should tell of.
    """
    if known is None or _same(known.value, operation.before):
        return None
    return known


def _same(known: Value, live: Value) -> bool:
    if isinstance(known, Grant) and isinstance(live, Grant) and known.status == BY_ROLE:
        return replace(known, status=live.status) == live
    return known == live
