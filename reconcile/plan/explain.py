"""Why a contact holds what it holds, what an apply now would do, and when that next changes. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from reconcile.model import (
    OPEN,
    Beside,
    Boundary,
    Contact,
    Declaration,
    DeclaredGrant,
    Explained,
    Explanation,
    Facet,
    Fate,
    Grant,
    Managed,
    Operation,
    Origin,
    Part,
    Place,
    Policy,
    State,
    Value,
    Verdict,
    tag_key,
)

from .boundaries import Item, boundaries_of, declared_items
from .census import UNKNOWN
from .diff import Key, items_of
from .draft import NOTHING, Draft, draft
from .fold import managed_part
from .guards import Inquiry, judge
from .planner import Scene

ALONE = frozenset({"creating", "granting", "last-role", "protected", "self", "unreadable"})
"""The guards that one contact can trip whatever else a plan does: they count, and have no share or census."""

_PARTS = list(Part)
_FATES = [Fate.ADD, Fate.CHANGE, Fate.REMOVE, Fate.KEEP, Fate.NONE]
_FIELDS = frozenset({Part.PROFILE, Part.ADDRESS})


def explain(declaration: Declaration, live: Contact | None, scene: Scene) -> Explanation:
    """What a declaration means for its live contact (None: to be created), item by item."""
    entry = draft(declaration, live, scene.policy, scene.now)
    found = _explanation(entry, scene)
    return replace(found, source=declaration.place, refused=_refused(entry, scene))


def explain_undeclared(live: Contact, scene: Scene) -> Explanation:
    """What a contact holds that no declaration is about: nothing of it is managed."""
    return _explanation(draft(Declaration(Place("")), live, scene.policy, scene.now), scene)


def _explanation(entry: Draft, scene: Scene) -> Explanation:
    items = sorted(_Items.of(entry, scene.now).explained(), key=_order)
    return Explanation(
        tool_version=scene.tool_version,
        target=scene.target,
        account=scene.account,
        as_of=scene.now,
        timezone=scene.policy.timezone,
        contact=entry.identity,
        source=None,
        present=entry.declaration.present,
        action=entry.action,
        managed=_managed(entry.declaration, scene.policy),
        items=tuple(items),
        next=_nearest(one.turn for one in items if one.turn is not None),
        untold=_untold(entry.live),
    )


def _untold(live: Contact | None) -> tuple[Facet, ...]:
    sets = (Facet.ROLES, Facet.TAGS)
    return tuple(facet for facet in sets if live is not None and getattr(live.state, facet.value) is None)


def _order(one: Explained) -> tuple[int, int, str]:
    return _PARTS.index(one.part), _FATES.index(one.fate), one.item


def _refused(entry: Draft, scene: Scene) -> tuple[Verdict, ...]:
    verdicts = judge(Inquiry([entry], 1, scene.policy, UNKNOWN, scene.now))
    return tuple(verdict for verdict in verdicts if verdict.guard in ALONE and not verdict.passed)


def _managed(declaration: Declaration, policy: Policy) -> dict[Facet, Managed]:
    own = dict(declaration.modes)
    modes = {
        facet: Managed(own.get(facet, policy.mode(facet)), facet in own)
        for facet in (Facet.ROLES, Facet.TAGS)
    }
    managed = [facet for facet in Facet if getattr(declaration, facet.value) is not None]
    return {facet: modes.get(facet, Managed(None)) for facet in managed}


def _nearest(boundaries: Iterable[Boundary]) -> Boundary | None:
    return min(boundaries, key=lambda boundary: (boundary.at, boundary.starts, boundary.item), default=None)


@dataclass(frozen=True, slots=True)
class _Items:
    """Everything that the declaration or the account has of one contact, by part and item."""

    entry: Draft
    now: datetime
    live: Mapping[Key, Value]
    target: Mapping[Key, Value]
    steps: Mapping[Key, Operation]
    declared: Mapping[Key, Item]

    @classmethod
    def of(cls, entry: Draft, now: datetime) -> "_Items":
        return cls(
            entry,
            now,
            items_of(_shown(entry)),
            items_of(entry.folded.target),
            {(step.part, step.item): step for step in entry.operations},
            {(part, _same(part, name)): item for part, name, item in declared_items(entry.declaration)},
        )

    def explained(self) -> Iterator[Explained]:
        for part, item in {*self.live, *self.target, *self.steps, *self.entry.folded.origins}:
            yield self._explained(part, item)

    def _explained(self, part: Part, item: str) -> Explained:
        key = part, item
        step, origin = self.steps.get(key), self._origin(part, item)
        declared = self.declared.get((part, _same(part, item)))
        fate = self._fate(key, origin)
        return Explained(
            part=part,
            item=item,
            fate=fate,
            live=self.live.get(key),
            target=self._target(key, origin),
            origin=origin,
            operation=None if fate is Fate.NONE else step,
            window=declared.window if declared else OPEN,
            passed_over=self._passed_over(part, item),
            turn=self._turn(part, item, declared),
            told=self._told(key),
        )

    def _target(self, key: Key, origin: Origin | Beside) -> Value:
        if origin is Beside.UNMANAGED:
            return self.live.get(key)
        step = self.steps.get(key)
        return step.after if step else self.target.get(key)

    def _origin(self, part: Part, item: str) -> Origin | Beside:
        step = self.steps.get((part, item))
        found = step.origin if step else self.entry.folded.origins.get((part, item))
        if found is not None:
            return found
        if getattr(self.entry.declaration, part.value) is None:
            return Beside.UNMANAGED
        return Beside.EXPIRED if part is Part.ROLES else Beside.INHERITED

    def _fate(self, key: Key, origin: Origin | Beside) -> Fate:
        if self._would_be_guessed(key):
            return Fate.NONE
        if key in self.steps:
            return Fate(self.steps[key].action.value)
        if origin is Beside.UNMANAGED:
            return Fate.NONE
        # A field that is declared empty and is empty stays as it is, too.
        return Fate.KEEP if key in self.target or key[0] in _FIELDS else Fate.NONE

    def _passed_over(self, part: Part, item: str) -> tuple[Item, ...]:
        wanted = part, _same(part, item)
        return tuple(one for one in self.entry.declaration.passed_over if _key(one) == wanted)

    def _turn(self, part: Part, item: str, declared: Item | None) -> Boundary | None:
        if declared is not None:
            boundaries = boundaries_of(self.entry.declaration, item, declared)
            return _nearest(boundary for boundary in boundaries if boundary.at > self.now)
        held = self.live.get((part, item))
        stays = (part, item) not in self.steps
        if stays and isinstance(held, Grant) and held.expires and held.held(self.now):
            return Boundary(held.expires, starts=False, item=item, contact=self.entry.label)
        return None

    def _would_be_guessed(self, key: Key) -> bool:
        """True for what a plan refuses to touch, because the account does not tell how it is now."""
        part, item = key
        declared = (part, _same(part, item)) in self.declared
        return not self._told(key) and (not self._read(part) or (declared and key in self.target))

    def _told(self, key: Key) -> bool:
        held = self.live.get(key)
        return self._read(key[0]) and not (isinstance(held, Grant) and not held.readable)

    def _read(self, part: Part) -> bool:
        live = self.entry.live
        return live is None or part is Part.CONTACT or getattr(live.state, part.value) is not None


def _shown(entry: Draft) -> State:
    """The live roles and tags, managed or not, and the fields that are managed."""
    live = entry.live.state if entry.live else NOTHING
    return replace(managed_part(entry.declaration, live), roles=live.roles, tags=live.tags)


def _key(item: Item) -> Key:
    if isinstance(item, DeclaredGrant):
        return Part.ROLES, item.reference
    return Part.TAGS, tag_key(item.value)


def _same(part: Part, item: str) -> str:
    """What makes two items of a part the same."""
    return tag_key(item) if part is Part.TAGS else item
