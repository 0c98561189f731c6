"""From a contact's entry to its declaration: windows, lists, and what a contact's keys ask of each other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reconcile.clock import OPEN, Window
from reconcile.model.contact import USER, Fields, email_key
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag, Mode
from reconcile.model.facets import Facet, tag_key
from reconcile.model.problem import Place
from reconcile.text import quoted

from . import rules
from .problems import ProblemList
from .schema.containers import ReadMapping
from .schema.dates import DayBoundaries
from .schema.declarations import CONTACT, REQUIRED_FIELDS
from .schema.scalars import INVALID
from .yaml.nodes import YamlNode

ReadItems = list[tuple[YamlNode, Any]]
"""A list as it was read: each item's node, and its text or entry."""


@dataclass(frozen=True, slots=True)
class FileContact:
    """One contact as it stands in a file: its declaration without its bundles, and their names."""

    declaration: Declaration
    bundles: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class DeclarationReader:
    """Makes declarations of the entries of one file."""

    report: ProblemList
    calendar: DayBoundaries

    def contact(self, node: YamlNode) -> Any:
        """One contact as Written, without what could not be read; WRONG when it is no contact at all."""
        entry = CONTACT.read(node, self.report)
        if entry is INVALID:
            return INVALID
        values = entry.values
        declaration = Declaration(
            place=self.report.place(node),
            id=values.get("id"),
            reference=values.get("reference"),
            email=values.get("email"),
            present=values.get("state") != "absent",
            create=values.get("create", False),
            type=values.get("type"),
            roles=self._facet(values.get("roles"), self.grants, entry),
            tags=self._facet(values.get("tags"), self.tags, entry),
            profile=_fields(values.get("profile")),
            address=_fields(values.get("address")),
            modes=_modes(values.get("manage")),
            field_places=self._field_places(values),
        )
        self._check(entry, declaration)
        return FileContact(declaration, self._bundles(values.get("bundles", ())))

    def _facet(self, items: ReadItems | None, read: Callable[[ReadItems], Any], entry: ReadMapping) -> Any:
        if items is None:
            return () if entry.values.get("state") == "absent" else None
        return read(items)

    def grants(self, items: ReadItems, bundle: str | None = None) -> tuple[DeclaredGrant, ...]:
        """The roles of a list, sorted; each may stand there once."""
        found: dict[str, DeclaredGrant] = {}
        for node, value in items:
            grant = self._grant(node, value, bundle)
            if grant is not None and self._once(found.get(grant.reference), grant, "role"):
                found[grant.reference] = grant
        return tuple(found[reference] for reference in sorted(found))

    def _grant(self, node: YamlNode, value: str | ReadMapping, bundle: str | None) -> DeclaredGrant | None:
        place = self.report.place(node)
        if isinstance(value, str):
            return DeclaredGrant(value, place, bundle=bundle)
        reference = value.values.get("reference")
        window = self._window(value)
        if reference is None:
            return None
        status, reason = value.values.get("status"), value.values.get("reason")
        return DeclaredGrant(reference, place, status, window, reason, bundle)

    def tags(self, items: ReadItems, bundle: str | None = None) -> tuple[DeclaredTag, ...]:
        """The tags of a list, sorted by what makes them the same; each may stand there once."""
        found: dict[str, DeclaredTag] = {}
        for node, value in items:
            tag = self._tag(node, value, bundle)
            if tag is not None and self._once(found.get(key := tag_key(tag.value)), tag, "tag"):
                found[key] = tag
        return tuple(found[key] for key in sorted(found))

    def _tag(self, node: YamlNode, value: str | ReadMapping, bundle: str | None) -> DeclaredTag | None:
        place = self.report.place(node)
        if isinstance(value, str):
            return DeclaredTag(value.strip(), place, bundle=bundle)
        text = value.values.get("value")
        window = self._window(value)
        if text is None:
            return None
        return DeclaredTag(text.strip(), place, window, value.values.get("reason"), bundle)

    def _window(self, entry: ReadMapping) -> Window:
        starts, expires = entry.values.get("starts"), entry.values.get("expires")
        if starts is None and expires is None:
            return OPEN
        start = None if starts is None else self.calendar.start(starts)
        end = None if expires is None else self.calendar.end(expires)
        if start is not None and end is not None and end <= start:
            message = "'expires' is not after 'starts', so this would never hold; correct one of them"
            self.report.add(rules.EXPIRES_BEFORE_START, entry.at("expires"), message)
        return Window(start, end)

    def _once(
        self, first: DeclaredGrant | DeclaredTag | None, item: DeclaredGrant | DeclaredTag, noun: str
    ) -> bool:
        if first is None:
            return True
        message = f"this {noun} stands already in line {first.place.line} of this list; keep one of the two"
        self.report.add(rules.DUPLICATE_ITEM, item.place, message)
        return False

    def _bundles(self, items: ReadItems) -> tuple[tuple[str, Place], ...]:
        found: dict[str, Place] = {}
        for node, name in items:
            if name in found:
                message = f"the bundle {quoted(name)} stands already in line {found[name].line}; keep one"
                self.report.add(rules.DUPLICATE_ITEM, node, message)
            else:
                found[name] = self.report.place(node)
        return tuple(found.items())

    def _field_places(self, values: dict[str, Any]) -> tuple[tuple[Facet, str, Place], ...]:
        place = self.report.place
        return tuple(
            [
                (facet, name, place(node))
                for facet in (Facet.PROFILE, Facet.ADDRESS)
                if facet in values
                for name, node in values[facet].node.entries.items()
            ]
        )

    def _check(self, entry: ReadMapping, declaration: Declaration) -> None:
        written = entry.node.entries
        if "email" not in written and "reference" not in written and "id" not in written:
            message = "this contact names nobody; add 'email', 'reference' or 'id'"
            self.report.add(rules.NO_IDENTITY, entry.node, message)
        if "reference" in entry.values and "profile" in entry.values:
            self._check_reference(entry)
        if not declaration.present:
            self._check_absent(entry)
        elif declaration.create:
            self._check_creation(entry, declaration)
        elif "type" in written and "create" not in written:
            message = "'type' only says what to create; add 'create: true' or delete it"
            self.report.add(rules.TYPE_WITHOUT_CREATE, entry.node.keys["type"], message)

    def _check_reference(self, entry: ReadMapping) -> None:
        profile, reference = entry.values["profile"], entry.values["reference"]
        if profile.values.get("reference", reference) != reference:
            message = "this changes the reference by which the contact is found; find it by 'id' or 'email'"
            self.report.add(rules.REFERENCE_MOVES, profile.at("reference"), message)

    def _check_absent(self, entry: ReadMapping) -> None:
        for key in ("roles", "tags", "bundles", "manage", "create", "type"):
            if key in entry.node.entries:
                message = f"'state: absent' takes all roles and tags away; delete '{key}' or the state"
                self.report.add(rules.ABSENT_WITH_MORE, entry.node.keys[key], message)

    def _check_creation(self, entry: ReadMapping, declaration: Declaration) -> None:
        if "id" in entry.node.entries:
            message = "a contact to be created has no id yet; delete 'id' or 'create'"
            self.report.add(rules.CREATE_WITH_ID, entry.node.keys["id"], message)
        for missing in _missing_for_creation(entry, declaration):
            message = f"'create: true' needs {missing}; add it"
            self.report.add(rules.CREATE_NEEDS, entry.node.keys["create"], message)
        new = (declaration.profile or {}).get("email")
        if new and declaration.email and email_key(new) != email_key(declaration.email):
            message = "a contact to be created has one address; delete 'email' from the profile"
            self.report.add(rules.CREATE_WITH_TWO_EMAILS, entry.values["profile"].at("email"), message)


def _missing_for_creation(entry: ReadMapping, declaration: Declaration) -> list[str]:
    """What a new contact lacks; a key whose value was refused is not missing."""
    missing = [f"'{key}'" for key in ("type", "email") if key not in entry.node.entries]
    needed = REQUIRED_FIELDS.get(declaration.type or "", ())
    if "profile" in entry.values or "profile" not in entry.node.entries:
        profile = entry.values.get("profile")
        refused = set(profile.node.entries) - set(profile.values) if profile else set()
        given = declaration.profile or {}
        missing += [f"'profile.{name}'" for name in needed if not given.get(name) and name not in refused]
    if declaration.type not in (None, USER) and "reference" not in entry.node.entries:
        missing.append("'reference' (only users are found again by their e-mail)")
    return missing


def _fields(entry: ReadMapping | None) -> Fields | None:
    return None if entry is None else entry.values


def _modes(entry: ReadMapping | None) -> tuple[tuple[Facet, Mode], ...]:
    if entry is None:
        return ()
    return tuple((Facet(name), mode) for name, mode in sorted(entry.values.items()))
