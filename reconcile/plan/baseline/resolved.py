"""What a declaration comes to: bundles unfolded, windows as instants, modes applied."""

from collections.abc import Iterable

from reconcile.model.baseline import Baseline, BaselineEntry, ResolvedForm, ResolvedItem
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem
from reconcile.model.facets import SETS, Facet
from reconcile.model.settings import Policy
from reconcile.plan.digest import resolved_digest


def resolved_form(declaration: Declaration) -> ResolvedForm:
    """The facets that a declaration manages and the items that it declares, sorted."""
    items = (resolved_item(facet, item) for facet in SETS for item in declaration.items(facet))
    return ResolvedForm(
        managed=declaration.managed,
        items=tuple(sorted(items, key=lambda item: item.key)),
        absent=not declaration.present,
    )


def resolved_item(facet: Facet, item: DeclaredItem) -> ResolvedItem:
    """What a declared item comes to."""
    status = item.status if isinstance(item, DeclaredGrant) else None
    return ResolvedItem(facet, item.name, item.key, status, item.window, item.place)


def baseline_of(name: str, declarations: Iterable[Declaration], policy: Policy, config: str) -> Baseline:
    """Declarations as what others are compared with. ``config`` is the digest of their configuration."""
    entries = {declaration.key: _entry(declaration, policy) for declaration in declarations}
    return Baseline(name, entries, config)


def _entry(declaration: Declaration, policy: Policy) -> BaselineEntry:
    form = resolved_form(declaration)
    return BaselineEntry(resolved_digest(declaration, policy), form, declaration.place)
