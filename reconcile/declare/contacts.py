"""Makes declarations of checked contacts: windows, lists, and the checks of a contact's keys together."""

from collections.abc import Iterable
from dataclasses import dataclass
from string import whitespace
from typing import Any
from zoneinfo import ZoneInfo

from reconcile.clock import OPEN, Window
from reconcile.model.contact import USER, email_key
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem, DeclaredTag, Mode
from reconcile.model.facets import FACETS, FIELDS, SETS, Facet
from reconcile.model.problem import Place
from reconcile.text import quoted

from . import rules
from .problems import ProblemList, YamlNode
from .schema.containers import CheckedMapping, KeyedMapping
from .schema.declarations import REQUIRED_FIELDS
from .schema.scalars import INVALID, window_end, window_start

CheckedItems = list[tuple[YamlNode, Any]]
"""A list that was checked: each item's node, and its text or CheckedMapping."""

FieldPlace = tuple[Facet, str, Place]
"""A field and where its value stands."""


@dataclass(frozen=True, slots=True)
class ContactInFile:
    """One contact as it stands in a file: its declaration without its bundles, and the bundles' names."""

    declaration: Declaration
    bundles: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class DeclarationReader:
    """Makes declarations of the nodes of one file."""

    problems: ProblemList
    zone: ZoneInfo
    schema: KeyedMapping

    def contact(self, node: YamlNode) -> ContactInFile | None:
        """One contact, without what could not be read; None when the node is no contact at all."""
        mapping = self.schema.read(node, self.problems)
        if mapping is INVALID:
            return None
        values = mapping.values
        present = values.get("state") != "absent"
        declaration = Declaration(
            place=self.problems.place(node),
            id=values.get("id"),
            reference=values.get("reference"),
            email=values.get("email"),
            present=present,
            create=values.get("create", False),
            type=values.get("type"),
            modes=modes(values.get("manage")),
            field_places=tuple(
                [at for facet in FIELDS if facet in values for at in self.field_places(facet, values[facet])]
            ),
            gives_up_roles=not present or values.get("roles") == [],
            **self._facets(values, present=present),
        )
        self._check(mapping, declaration)
        return ContactInFile(declaration, self.bundles(values.get("bundles", ())))

    def _facets(self, values: dict[str, Any], *, present: bool) -> dict[str, Any]:
        """The facets that are managed; ``state: absent`` declares the sets empty that stand nowhere."""
        absent: dict[str, Any] = {} if present else dict.fromkeys(SETS, ())
        sets = {facet.value: self.items(facet, values[facet]) for facet in SETS if facet in values}
        fields = {facet.value: values[facet].values for facet in FIELDS if facet in values}
        return {**absent, **sets, **fields}

    def items(self, facet: Facet, items: CheckedItems, bundle: str | None = None) -> tuple[DeclaredItem, ...]:
        """The items of a set, sorted by what makes them the same; each may stand there once."""
        return self._unique(facet, [self._item(facet, node, value, bundle) for node, value in items])

    def _item(
        self, facet: Facet, node: YamlNode, value: str | CheckedMapping, bundle: str | None
    ) -> DeclaredItem | None:
        """One item: its name alone, or a mapping that says more; None when the mapping lacks the name."""
        name_key = "reference" if facet is Facet.ROLES else "value"
        values = {name_key: value} if isinstance(value, str) else value.values
        window = OPEN if isinstance(value, str) else self._window(value)
        if name_key not in values:
            return None
        name, place, reason = values[name_key], self.problems.place(node), values.get("reason")
        if facet is Facet.ROLES:
            return DeclaredGrant(name, place, values.get("status"), window, reason, bundle)
        return DeclaredTag(name.strip(whitespace), place, window, reason, bundle, facet)

    def _unique(self, facet: Facet, items: Iterable[DeclaredItem | None]) -> tuple[DeclaredItem, ...]:
        """The items sorted by their keys; those that stand twice become problems."""
        noun, key = FACETS[facet].noun, FACETS[facet].item_key
        unique: dict[str, DeclaredItem] = {}
        for item in items:
            if item is None:
                continue
            first = unique.setdefault(key(item.name), item)
            if first is not item:
                line = first.place.line
                message = f"this {noun} stands already in line {line} of this list; keep one of the two"
                self.problems.add(rules.DUPLICATE_ITEM, item.place, message)
        return tuple([unique[name] for name in sorted(unique)])

    def _window(self, mapping: CheckedMapping) -> Window:
        starts, expires = mapping.values.get("starts"), mapping.values.get("expires")
        if starts is None and expires is None:
            return OPEN
        start = None if starts is None else window_start(starts, self.zone)
        end = None if expires is None else window_end(expires, self.zone)
        if start is not None and end is not None and end <= start:
            message = "'expires' is not after 'starts', so this would never hold; correct one of them"
            self.problems.add(rules.EXPIRES_BEFORE_START, mapping.node_of("expires"), message)
        return Window(start, end)

    def bundles(self, items: CheckedItems) -> tuple[tuple[str, Place], ...]:
        """The names of the contact's bundles, each once, with their places."""
        places: dict[str, Place] = {}
        for node, name in items:
            if name in places:
                message = f"the bundle {quoted(name)} stands already in line {places[name].line}; keep one"
                self.problems.add(rules.DUPLICATE_ITEM, node, message)
            else:
                places[name] = self.problems.place(node)
        return tuple(places.items())

    def field_places(self, facet: Facet, fields: CheckedMapping) -> tuple[FieldPlace, ...]:
        """Where the value of each field stands."""
        place = self.problems.place
        return tuple([(facet, name, place(node)) for name, node in fields.node.entries.items()])

    def _check(self, mapping: CheckedMapping, declaration: Declaration) -> None:
        """What the keys of a contact ask of each other."""
        written = mapping.node.entries
        if not any(self.schema.means(name, mapping.node) for name in ("email", "reference", "id")):
            message = "this contact names nobody; add 'email', 'reference' or 'id'"
            self.problems.add(rules.NO_IDENTITY, mapping.node, message)
        if "reference" in mapping.values and "profile" in mapping.values:
            self._check_reference(mapping)
        if not declaration.present:
            self._check_absent(mapping)
        elif declaration.create:
            self._check_creation(mapping, declaration)
        elif "type" in written and "create" not in written:
            message = "'type' only says what to create; add 'create: true' or delete it"
            self.problems.add(rules.TYPE_WITHOUT_CREATE, mapping.node.keys["type"], message)

    def _check_reference(self, mapping: CheckedMapping) -> None:
        profile, reference = mapping.values["profile"], mapping.values["reference"]
        if profile.values.get("reference", reference) != reference:
            message = "this changes the reference by which the contact is found; find it by 'id' or 'email'"
            self.problems.add(rules.REFERENCE_MOVES, profile.node_of("reference"), message)

    def _check_absent(self, mapping: CheckedMapping) -> None:
        for key in (*SETS, "bundles", "manage", "create", "type"):
            if key in mapping.node.entries:
                message = f"'state: absent' takes all roles and tags away; delete '{key}' or the state"
                self.problems.add(rules.ABSENT_WITH_MORE, mapping.node.keys[key], message)

    def _check_creation(self, mapping: CheckedMapping, declaration: Declaration) -> None:
        keys = mapping.node.keys
        if "id" in keys:
            message = "a contact to be created has no id yet; delete 'id' or 'create'"
            self.problems.add(rules.CREATE_WITH_ID, keys["id"], message)
        for missing in _missing_for_creation(mapping, declaration):
            message = f"'create: true' needs {missing}; add it"
            self.problems.add(rules.CREATE_NEEDS, keys["create"], message)
        new_email = (declaration.profile or {}).get("email")
        if new_email and declaration.email and email_key(new_email) != email_key(declaration.email):
            message = "a contact to be created has one address; delete 'email' from the profile"
            node = mapping.values["profile"].node_of("email")
            self.problems.add(rules.CREATE_WITH_TWO_EMAILS, node, message)


def _missing_for_creation(mapping: CheckedMapping, declaration: Declaration) -> list[str]:
    """What a new contact lacks; a key whose value was refused is not missing."""
    written = mapping.node.entries
    missing = [f"'{key}'" for key in ("type", "email") if key not in written]
    if "profile" in mapping.values or "profile" not in written:
        profile = mapping.values.get("profile")
        refused = set(profile.node.entries) - set(profile.values) if profile else set()
        given = declaration.profile or {}
        needed = REQUIRED_FIELDS.get(declaration.type or "", ())
        missing += [f"'profile.{name}'" for name in needed if not given.get(name) and name not in refused]
    if declaration.type not in (None, USER) and "reference" not in written:
        missing.append("'reference' (only users are found again by their e-mail)")
    return missing


def modes(mapping: CheckedMapping | None) -> tuple[tuple[Facet, Mode], ...]:
    """The modes under ``manage``, sorted; none without the key."""
    values = {} if mapping is None else mapping.values
    return tuple((Facet(name), mode) for name, mode in sorted(values.items()))
