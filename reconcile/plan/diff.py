"""Diff: before against target → operations. Equal states are settled by ``==`` before this is asked."""

from collections.abc import Iterable, Mapping
from typing import Any

from reconcile.model.contact import Fields, Grant, Item, State, item_name
from reconcile.model.facets import FIELDS, RANK, SETS, Facet, ItemKey
from reconcile.model.plans.operation import Action, Kept, Operation, Value

from .fold import Folded

_ACTIONS = [Action.ADD, Action.CHANGE, Action.REMOVE]


def differs(folded: Folded) -> bool:
    """The cheap question that settles the many contacts that did not change."""
    return _comparable(folded.before) != _comparable(folded.target)


def operations(folded: Folded) -> tuple[Operation, ...]:
    """What leads from what was before to the target: granted and added first, then changed, then removed."""
    before, after = items_of(folded.before), items_of(folded.target)
    steps = (
        Operation(*key, _action(before, after, key), before.get(key), after.get(key), folded.origins[key])
        for key in _changed_items(folded)
    )
    return tuple(sorted(steps, key=_order))


def kept(folded: Folded, changed: tuple[Operation, ...]) -> tuple[Kept, ...]:
    """The items of the managed sets that stay as they are, and why."""
    moved = {(operation.facet, operation.item) for operation in changed}
    items = items_of(folded.target)
    staying = sorted((key for key in items if key not in moved and key[0] in SETS), key=_rank)
    return tuple(Kept(*key, items[key], folded.origins[key]) for key in staying)


def _changed_items(folded: Folded) -> set[ItemKey]:
    """DeepDiff explains where the two states differ; its paths are cut down to the item they lie in.

    It gets the items alone that are not equal, since it looks through equal ones at length.
    """
    from deepdiff import DeepDiff  # noqa: PLC0415 - a tenth of a second that an empty plan does not need

    before, target = _comparable(folded.before), _comparable(folded.target)
    tree = DeepDiff(
        _unequal(before, target),
        _unequal(target, before),
        view="tree",
        ignore_private_variables=False,  # a role or tag may well start with two underscores
        threshold_to_diff_deeper=0,  # always down to the item, never "everything differs"
    )
    paths = (level.path(output_format="list") for levels in tree.values() for level in levels)
    return {(Facet(path[0]), str(path[1])) for path in paths}


def _unequal(
    state: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The items of a state that the other one has otherwise or not at all."""
    return {
        facet: {name: value for name, value in items.items() if other[facet].get(name) != value}
        for facet, items in state.items()
        if items != other[facet]
    }


def _comparable(state: State) -> dict[str, dict[str, Any]]:
    """A state as nested mappings: facet → item → value, without what is empty."""
    sets = {facet.value: _comparable_set(state.items(facet)) for facet in SETS}
    return sets | {facet.value: _filled(state.fields(facet)) for facet in FIELDS}


def _comparable_set(items: Iterable[Item]) -> dict[str, Any]:
    """Of a grant what a write would change; whether it could be read is no difference."""
    return {
        item_name(item): [item.status, item.expires] if isinstance(item, Grant) else item for item in items
    }


def _filled(fields: Fields) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def items_of(state: State) -> dict[ItemKey, Value]:
    """Everything in a state by facet and item; a field that is empty is not there."""
    return {
        **{(facet, item_name(item)): item for facet in SETS for item in state.items(facet)},
        **{(facet, name): text for facet in FIELDS for name, text in _filled(state.fields(facet)).items()},
    }


def _action(before: Mapping[ItemKey, Value], after: Mapping[ItemKey, Value], key: ItemKey) -> Action:
    if key not in before:
        return Action.ADD
    return Action.CHANGE if key in after else Action.REMOVE


def _order(operation: Operation) -> tuple[int, int, str]:
    return RANK[operation.facet], _ACTIONS.index(operation.action), operation.item


def _rank(key: ItemKey) -> tuple[int, str]:
    facet, item = key
    return RANK[facet], item
