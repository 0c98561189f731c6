"""Diff: baseline against target → operations. Equal states are settled by ``==`` before this is asked."""

from collections.abc import Mapping
from typing import Any

from reconcile.model.contact import State
from reconcile.model.facets import Facet
from reconcile.model.plan import Action, Kept, Operation, Value

from .fold import Folded

ItemKey = tuple[Facet, str]

_PARTS = list(Facet)

_ACTIONS = [Action.ADD, Action.CHANGE, Action.REMOVE]


def differs(folded: Folded) -> bool:
    """The cheap question that settles the many contacts that did not change."""
    return _comparable(folded.baseline) != _comparable(folded.target)


def operations(folded: Folded) -> tuple[Operation, ...]:
    """What leads from the baseline to the target: granted and added first, then changed, then removed."""
    before, after = items_of(folded.baseline), items_of(folded.target)
    found = []
    for key in _changed_items(folded):
        action, origin = _action(before, after, key), folded.origins[key]
        found.append(Operation(*key, action, before.get(key), after.get(key), origin))
    return tuple(sorted(found, key=_order))


def kept(folded: Folded, changed: tuple[Operation, ...]) -> tuple[Kept, ...]:
    """The roles and tags of the managed facets that stay as they are, and why."""
    moved = {(operation.facet, operation.item) for operation in changed}
    return tuple(
        Kept(facet, item, value, folded.origins[facet, item])
        for (facet, item), value in sorted(
            items_of(folded.target).items(), key=lambda entry: _rank(*entry[0])
        )
        if (facet, item) not in moved and facet in {Facet.ROLES, Facet.TAGS}
    )


def _changed_items(folded: Folded) -> set[ItemKey]:
    """DeepDiff explains where the two states differ; its paths are cut down to the item they lie in."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - a tenth of a second that an empty plan does not need

    tree = DeepDiff(
        _comparable(folded.baseline),
        _comparable(folded.target),
        view="tree",
        ignore_private_variables=False,  # a role or tag may well start with two underscores
        threshold_to_diff_deeper=0,  # always down to the item, never "everything differs"
    )
    paths = (level.path(output_format="list") for levels in tree.values() for level in levels)
    return {(Facet(path[0]), str(path[1])) for path in paths}


def _comparable(state: State) -> dict[str, dict[str, Any]]:
    """A state as nested mappings: part → item → value, without what is empty."""
    return {
        Facet.ROLES.value: {grant.reference: [grant.status, grant.expires] for grant in state.roles or ()},
        Facet.TAGS.value: {tag: tag for tag in state.tags or ()},
        Facet.PROFILE.value: _filled(state.profile),
        Facet.ADDRESS.value: _filled(state.address),
    }


def _filled(fields: Mapping[str, str | None] | None) -> dict[str, str]:
    return {name: value for name, value in (fields or {}).items() if value}


def items_of(state: State) -> dict[ItemKey, Value]:
    """Everything in a state by part and item; a field that is empty is not there."""
    found: dict[ItemKey, Value] = {}
    found.update({(Facet.ROLES, grant.reference): grant for grant in state.roles or ()})
    found.update({(Facet.TAGS, tag): tag for tag in state.tags or ()})
    found.update({(Facet.PROFILE, name): value for name, value in _filled(state.profile).items()})
    found.update({(Facet.ADDRESS, name): value for name, value in _filled(state.address).items()})
    return found


def _action(before: Mapping[ItemKey, Value], after: Mapping[ItemKey, Value], key: ItemKey) -> Action:
    if key not in before:
        return Action.ADD
    return Action.CHANGE if key in after else Action.REMOVE


def _order(operation: Operation) -> tuple[int, int, str]:
    return _PARTS.index(operation.facet), _ACTIONS.index(operation.action), operation.item


def _rank(facet: Facet, item: str) -> tuple[int, str]:
    return _PARTS.index(facet), item
