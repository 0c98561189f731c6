"""What a plan is cut down to: what differs from a base, what somebody names, or both (design, section 6)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from reconcile.model.allowance import Allowance
from reconcile.model.baseline import Baseline, BaselineEntry, EntryKey, Scope
from reconcile.model.declaration import Declaration
from reconcile.model.facets import SETS
from reconcile.model.problem import Place
from reconcile.model.record import NOTHING_REMEMBERED, Remembered
from reconcile.model.settings import Capabilities, Policy, Settings, Target
from reconcile.plan.digest import config_digest, resolved_digest
from reconcile.plan.guards.allowances import allowance_digests
from reconcile.plan.naming import is_called
from reconcile.text import escape_unprintable

from .entries import single_names
from .resolved import baseline_of

_NOWHERE = Place("")


@dataclass(frozen=True, slots=True)
class Base:
    """A commit whose declarations the present ones are compared with, under that commit's configuration.

    ``ref`` is the name that was given for it: a branch, a tag, or the commit's own. ``target`` is what it
    configures the plan's target to be; None where it does not know the target.
    """

    ref: str
    commit: str
    declarations: tuple[Declaration, ...] = ()
    settings: Settings = field(default_factory=Settings)
    target: Target | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    allowances: tuple[Allowance, ...] = ()

    @property
    def name(self) -> str:
        """How to call it to a person: ``main at 4f2a9c1``."""
        short = self.commit[:7]
        same = self.commit.startswith(self.ref.lower())
        return short if same else f"{escape_unprintable(self.ref)} at {short}"

    def baseline(self, account: str) -> Baseline:
        """Its declarations for that account as what the present ones are compared with."""
        settings, target = self.settings, self.target
        config = config_digest(settings, target, account, self.capabilities) if target else None
        baseline = baseline_of(self.name, self.declarations, settings.policy, config)
        return replace(baseline, allowances=allowance_digests(self.allowances))


@dataclass(frozen=True, slots=True)
class Only:
    """A contact or a file that a plan is narrowed to: the name, and the file or folder that it may be."""

    name: str
    path: str | None = None

    def names(self, declaration: Declaration) -> bool:
        """Whether a declaration is of that contact, stands in that file, or has a bundle of it."""
        return is_called(declaration, self.name) or self.holds(declaration)

    def holds(self, declaration: Declaration) -> bool:
        """Whether a declaration stands in that file, or has a bundle of it."""
        path = self.path
        return path is not None and any(_is_below(file, path) for file in _files(declaration))


def _files(declaration: Declaration) -> set[str]:
    """The files of a declaration and of the bundles that give it something."""
    items = chain(*(declaration.items(facet) for facet in SETS), declaration.passed_over)
    return {declaration.place.file, *(item.place.file for item in items)}


def _is_below(file: str, path: str) -> bool:
    return file == path or file.startswith(f"{path}/")


@dataclass(frozen=True, slots=True)
class ScopeChoice:
    """What a plan is to be cut down to; with neither, it is about everything.

    ``set_aside`` are those who stay in view because they are set aside, though they do not differ from the
    base; None: all of them.
    """

    base: Base | None = None
    only: tuple[Only, ...] = ()
    set_aside: frozenset[EntryKey] | None = None

    @property
    def everything(self) -> bool:
        """True when nothing is cut away."""
        return self.base is None and not self.only


EVERYTHING = ScopeChoice()


@dataclass(frozen=True, slots=True)
class Selection:
    """The declarations that a plan is about, of all that there are in the folder.

    ``gone`` are entries of the baseline whose key nothing has any more: the contact tells whether it is still
    declared. ``scope`` is None for a plan about everything.
    """

    declarations: tuple[Declaration, ...]
    folder: tuple[Declaration, ...]
    gone: Mapping[EntryKey, BaselineEntry] = field(default_factory=dict)
    scope: Scope | None = None

    def joined_by(self, others: Iterable[Declaration]) -> "Selection":
        """The same with those declarations of the folder in its scope; itself where all of them are."""
        chosen = {entry.key: entry for entry in self.declarations}
        more = {entry.key: entry for entry in others if entry.key not in chosen}
        if not more or self.scope is None:
            return self
        contacts = tuple(sorted({*chosen, *more}, key=_order))
        declarations = tuple(entry for entry in self.folder if entry.key in chosen or entry.key in more)
        return replace(self, declarations=declarations, scope=replace(self.scope, contacts=contacts))


def select(
    folder: Iterable[Declaration],
    choice: ScopeChoice,
    policy: Policy,
    baseline: Baseline | None = None,
    remembered: Remembered = NOTHING_REMEMBERED,
) -> Selection:
    """What a plan is about: what differs from the base or is set aside, as far as it is named.

    ``baseline`` is the base's, or the record's without one. A declaration is named by its own entry and by
    the base's, so that whoever leaves a bundle's file is found there.
    """
    return _Selecting(tuple(folder), choice, policy, baseline, remembered).selection()


def select_alone(folder: Sequence[Declaration], chosen: Iterable[Declaration]) -> Selection:
    """Only the chosen declarations, whatever the others, or the baseline, say."""
    declarations = tuple(chosen)
    contacts = tuple(sorted((declaration.key for declaration in declarations), key=_order))
    return Selection(declarations, tuple(folder), scope=Scope(contacts=contacts, declared=len(folder)))


class _Selecting:
    """Compares each declaration with the base's of the same key, and with the names; see `select`."""

    def __init__(
        self,
        folder: tuple[Declaration, ...],
        choice: ScopeChoice,
        policy: Policy,
        baseline: Baseline | None,
        remembered: Remembered,
    ) -> None:
        self._folder = {declaration.key: declaration for declaration in folder}
        self._choice = choice
        self._policy = policy
        self._baseline = baseline
        self._remembered = remembered
        base = choice.base
        self._before = {entry.key: entry for entry in base.declarations} if base else {}
        self._same_modes = base is not None and base.settings.policy.same_modes(policy)

    def selection(self) -> Selection:
        folder = tuple(self._folder.values())
        if self._choice.everything:
            return Selection(folder, folder, self._gone(self._folder))
        chosen = {key: entry for key, entry in self._folder.items() if self._is_chosen(key, entry)}
        return Selection(tuple(chosen.values()), folder, self._gone(chosen), self._scope(chosen))

    def _is_chosen(self, key: EntryKey, declaration: Declaration) -> bool:
        if self._choice.base is not None and not (self._differs(key, declaration) or self._is_set_aside(key)):
            return False
        return self._is_named(key, declaration)

    def _is_named(self, key: EntryKey, *declarations: Declaration) -> bool:
        """Whether it was asked for; everything is, where nothing was."""
        before = self._before.get(key)
        versions = [*declarations, *([before] if before else [])]
        only = self._choice.only
        return not only or any(name.names(version) for name in only for version in versions)

    def _is_set_aside(self, key: EntryKey) -> bool:
        """Whoever is set aside stays in view until it is settled."""
        entry, in_view = self._remembered.entry(key), self._choice.set_aside
        return entry is not None and entry.set_aside is not None and (in_view is None or key in in_view)

    def _differs(self, key: EntryKey, declaration: Declaration) -> bool:
        before, base = self._before.get(key), self._choice.base
        if before is None or base is None:
            return True
        if self._same_modes and before == declaration:
            return False  # to the letter, so that there is nothing to resolve
        policy = base.settings.policy
        return resolved_digest(declaration, self._policy) != resolved_digest(before, policy)

    def _gone(self, chosen: Iterable[EntryKey]) -> dict[EntryKey, BaselineEntry]:
        """Those that were asked for, by their own names or as former entries of the contacts that were."""
        entries = self._baseline.entries if self._baseline else {}
        gone = [key for key in entries if key not in self._folder]
        names = {name for key in chosen if gone for name in self._names(key)}
        return {
            key: entries[key]
            for key in gone
            if self._is_named(key, declaration_of(key)) or not names.isdisjoint(self._names(key))
        }

    def _names(self, key: EntryKey) -> Iterator[EntryKey]:
        return single_names(replace(key, id=key.id or self._remembered.contact(key)))

    def _scope(self, chosen: Iterable[EntryKey]) -> Scope:
        base, only = self._choice.base, self._choice.only
        return Scope(
            base=base.commit if base else None,
            ref=base.ref if base else None,
            only=tuple(name.path or name.name for name in only),
            contacts=tuple(sorted(chosen, key=_order)),
            declared=len(self._folder),
        )


def declaration_of(key: EntryKey) -> Declaration:
    """All that is known of whom an entry means, where nothing but its key is left."""
    return Declaration(_NOWHERE, id=key.id, reference=key.reference, email=key.email)


def _order(key: EntryKey) -> tuple[str, str, str]:
    return key.email or "", key.reference or "", key.id or ""
