"""Whether a contact is as declared, told from its values alone, so that most contacts need no fold.

Theory. The *canonical value* of a facet is what a write of it would leave: of each role its status and end,
by its reference; each tag by its key; each field's text. The fold (`fold.fold`) leaves that value as it is
exactly where

* each declared item whose window is open is held: a role with the declared end, and with the declared status
  where one is declared;
* no declared item whose window is closed is held, and a role counts as not held from its own end on;
* each held item that nobody declares stays, since a pattern ignores it or additive mode keeps it;
* each declared field has the declared text.

These four are asked here without the target, the origins of its items, and paths to differences.

False is no answer: then the fold decides. That is so, too, where a contact may have to be set aside although
nothing differs: a facet that was not read, a role that was not told in full or that is neither active nor
waiting; and where two declared or held items are the same one, of which the fold takes the last.
`tests/plan/test_settled.py` holds this against the fold.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from reconcile.model.contact import ACTIVE, PENDING, Grant, Item, State, is_same_value, item_name
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem
from reconcile.model.facets import FACETS, SETS, Facet
from reconcile.model.settings import Policy

from .fold import SetRule

_SURE = frozenset({ACTIVE, PENDING})
"""The statuses that every write is known to keep."""


def is_as_declared(declaration: Declaration, live: State, policy: Policy, now: datetime) -> bool:
    """True only where the fold finds nothing to do, and nothing to set the contact aside for."""
    for facet in declaration.managed:
        if not live.has(facet):
            return False
        if facet in SETS:
            left = _more_than_declared(facet, declaration, live, now)
            if left is None or (left and not _stay(left, SetRule.of(declaration, policy, facet, now))):
                return False
        elif not _are_fields_as_declared(facet, declaration, live):
            return False
    return True


def _stay(names: Iterable[str], rule: SetRule) -> bool:
    return all(rule.stays_and_why(name, None)[0] for name in names)


def _more_than_declared(
    facet: Facet, declaration: Declaration, live: State, now: datetime
) -> Collection[str] | None:
    """The keys of what is held and not declared; None where what is declared is not held as it should be."""
    wanted, items = declaration.items(facet), live.items(facet)
    if not wanted and not items:
        return ()
    held = _held(facet, items, now)
    if held is None:
        return None
    key = FACETS[facet].item_key
    for declared in wanted:
        item = held.pop(key(declared.name), None)
        if declared.window.contains(now) is (item is None):
            return None
        if isinstance(item, Grant) and not _is_grant_as_declared(item, declared):
            return None
    return held


def _held(facet: Facet, items: Iterable[Item], now: datetime) -> dict[str, Item] | None:
    """What is held, by its key; None where only the fold can tell what becomes of it."""
    if facet is not Facet.ROLES:
        key = FACETS[facet].item_key
        return {key(item_name(item)): item for item in items}
    held: dict[str, Item] = {}
    for grant in items:
        if not isinstance(grant, Grant) or grant.reference in held:
            return None
        if grant.held(now):
            if not grant.readable or grant.status not in _SURE:
                return None
            held[grant.reference] = grant
    return held


def _is_grant_as_declared(held: Grant, declared: DeclaredItem) -> bool:
    status = declared.status if isinstance(declared, DeclaredGrant) else None
    return held.expires == declared.window.expires and (not status or status == held.status)


def _are_fields_as_declared(facet: Facet, declaration: Declaration, live: State) -> bool:
    """What is not declared of a facet that is written as a whole is written as it is."""
    values = live.fields(facet)
    return all(
        is_same_value(name, value, values.get(name)) for name, value in declaration.fields(facet).items()
    )
