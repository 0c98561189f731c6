"""What a declaration comes to: bundles unfolded, windows as instants, modes applied."""

from collections.abc import Iterable, Iterator, Mapping

from reconcile.model.baseline import Baseline, BaselineEntry, EntryKey, ResolvedForm, ResolvedItem
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


def baseline_of(
    name: str, declarations: Iterable[Declaration], policy: Policy, config: str | None
) -> Baseline:
    """Declarations as what others are compared with; ``config`` is the digest of all their configuration."""
    return Baseline(name, _Entries(declarations, policy), config)


class _Entries(Mapping[EntryKey, BaselineEntry]):
    """The entries by their keys, each resolved when it is asked for: of 100,000, a plan compares a few."""

    def __init__(self, declarations: Iterable[Declaration], policy: Policy) -> None:
        self._declarations = {declaration.key: declaration for declaration in declarations}
        self._policy = policy

    def __getitem__(self, key: EntryKey) -> BaselineEntry:
        declaration = self._declarations[key]
        digest = resolved_digest(declaration, self._policy)
        return BaselineEntry(digest, resolved_form(declaration), declaration.place)

    def __contains__(self, key: object) -> bool:
        return key in self._declarations

    def __iter__(self) -> Iterator[EntryKey]:
        return iter(self._declarations)

    def __len__(self) -> int:
        return len(self._declarations)
