"""Random accounts, folders and policies for imports.

A folder is held as data, an entry a line in JSON, which is YAML: so places tell which entry is meant.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from reconcile.authoring.data_edits import bundle_data, edit_entry, entry_data
from reconcile.clock import LATEST
from reconcile.declare.loader import LoadedDeclarations, load_declarations
from reconcile.importing.declarable import can_declare, can_declare_email
from reconcile.model.baseline import EntryKey
from reconcile.model.contact import Contact, Grant, Identity, OtherTag, State
from reconcile.model.declaration import Mode
from reconcile.model.edits import FileEdit
from reconcile.model.facets import Facet, item_key, tag_key
from reconcile.model.record import Remembered
from reconcile.model.settings import Patterns, Policy, Protect
from tests.support.pages.hostile_texts import HOSTILE

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

HOSTILE_TEXTS = [text for name, text in HOSTILE.items() if not name.startswith("long")]

ROLES = ["customer", "newsletter", "trade-account", "staff-tools", "Customer", "12:30"]

TAGS = ["trade", "Trade ", "TRADE", "vip", "auto:imported", "null", "\tipswich"]

EMAILS = [
    "ann@example.com",
    "Ann@Example.com",
    "bob@example.com ",
    "cy@example.com",
    "",
    "no address",
    "dee@x.de",
]

REFERENCES = [None, None, "GB-1", "GB-2", " GB-1", "007", "blank\u200b"]

ENDS = [
    None,
    datetime(2027, 1, 31, tzinfo=UTC),
    datetime(2027, 1, 31, 23, tzinfo=UTC),
    datetime(2027, 6, 30, 23, tzinfo=UTC),
    datetime(2027, 1, 31, 10, 0, 1, tzinfo=UTC),
    datetime(2026, 11, 22, tzinfo=UTC),
    NOW,
    LATEST,
]

hostile = st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=6)


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any], share: int = 10) -> Any:
    """One odd example in so many; otherwise a shop in which nothing could be imported would be the rule."""
    return st.sampled_from(range(share)).flatmap(lambda number: odd if number == share - 1 else usual)


grants = st.builds(
    Grant,
    reference=st.sampled_from(ROLES) | hostile.filter(bool),
    status=st.sampled_from(["active", "active", "active", "pending", "rejected", ""]),
    expires=st.sampled_from(ENDS),
    readable=st.sampled_from([True, True, True, False]),
)

orderly_grants = st.builds(
    Grant,
    reference=st.sampled_from(ROLES),
    status=st.sampled_from(["active", "pending"]),
    expires=st.sampled_from(ENDS),
)


def roles_of(items: st.SearchStrategy[Grant]) -> st.SearchStrategy[tuple[Grant, ...]]:
    return st.lists(items, max_size=4, unique_by=lambda grant: grant.reference).map(
        lambda found: tuple(sorted(found, key=lambda grant: grant.reference))
    )


def tags_of(items: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(items, max_size=4, unique=True).map(
        lambda found: tuple(sorted(found, key=lambda tag: (tag_key(tag), tag)))
    )


texts = mostly(st.sampled_from([None, "Ann", "GB"]), st.just("<b>bold</b>") | hostile.filter(bool), share=20)

states = st.builds(
    State,
    roles=mostly(roles_of(orderly_grants), roles_of(grants) | st.none(), share=5),
    tags=mostly(tags_of(st.sampled_from(TAGS)), tags_of(hostile) | st.none(), share=5),
    profile=st.fixed_dictionaries(dict.fromkeys(["firstname", "lastname", "company", "biography"], texts)),
    address=st.fixed_dictionaries(dict.fromkeys(["line1", "city", "countryCode"], texts)),
    other_tags=st.sampled_from([(), (OtherTag("order", "x"),)]),
)


@st.composite
def accounts(draw: st.DrawFn) -> tuple[Contact, ...]:
    """A handful of contacts that share names now and then."""
    contacts = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        identity = Identity(
            draw(mostly(st.just(str(number)), st.just(f"0{number}"), share=20)),
            draw(st.sampled_from(["user", "user", "user", "guest", "branch"])),
            draw(mostly(st.just(f"c{number}@example.com"), st.sampled_from(EMAILS) | hostile, share=3)),
            draw(
                mostly(
                    st.sampled_from([None, f"GB-{number}"]), st.sampled_from(REFERENCES) | hostile, share=4
                )
            ),
        )
        state = draw(states)
        profile = {**(state.profile or {}), "email": identity.email or None, "reference": identity.reference}
        contacts.append(Contact(identity, replace(state, profile=profile)))
    return tuple(contacts)


policies = st.builds(
    Policy,
    timezone=st.sampled_from(["UTC", "Europe/London", "Pacific/Apia", "America/Sao_Paulo"]),
    roles=st.sampled_from(Mode),
    tags=st.sampled_from(Mode),
    authoritative=st.sampled_from([Patterns(), Patterns(("customer",), ("*",))]),
    ignore=st.sampled_from([Patterns(), Patterns(("staff-*",), ("auto:*",)), Patterns(("*",), ("V*",))]),
    protect=st.sampled_from([Protect(), Protect(("customer",), ("c1@example.com", "GB-9"))]),
)

remembrances = st.dictionaries(
    st.builds(EntryKey, email=st.sampled_from(["ann@example.com", "c1@example.com", "c2@example.com"]))
    | st.builds(EntryKey, reference=st.sampled_from(["GB-1", "GB-2"])),
    st.sampled_from(["1", "2", "90"]),
    max_size=2,
).map(lambda names: Remembered(names=names))

Entry = dict[str, Any]

WINDOWS = [
    {},
    {"expires": "2027-01-31"},
    {"expires": "2026-11-22"},
    {"starts": "2026-10-01", "reason": "Why"},
    {"starts": "2026-10-01", "expires": "2026-11-22"},
    {"starts": "2026-12-01"},
    {"starts": "2026-12-01", "expires": "2027-01-31"},
]


@st.composite
def _items(draw: st.DrawFn, name_key: str, names: list[str]) -> Any:
    """An item by its name alone, or with a window, and a role with a status."""
    name = draw(st.sampled_from(names))
    window = draw(st.sampled_from(WINDOWS))
    status = {"status": "active"} if name_key == "reference" and draw(st.booleans()) else {}
    return {name_key: name, **window, **status} if window or status else name


def _lists(facet: Facet, name_key: str, names: list[str]) -> st.SearchStrategy[list[Any]]:
    unique = {"unique_by": lambda item: item_key(facet, name_of(item))}
    return st.lists(_items(name_key, names), max_size=3, **unique)


declared_sets = {
    "roles": _lists(Facet.ROLES, "reference", ["customer", "newsletter", "trade-account"]),
    "tags": _lists(Facet.TAGS, "value", ["trade", "vip", "ipswich"]),
}

declared_fields = {
    "profile": st.dictionaries(
        st.sampled_from(["firstname", "company", "biography"]), st.sampled_from(["Ann", None]), min_size=1
    )
    | st.just({"email": "new@example.com"}),
    "address": st.dictionaries(st.sampled_from(["line1", "city"]), st.sampled_from(["Ann", None]), min_size=1)
    | st.just({"countryCode": "GB"}),
}

modes = st.sampled_from([{"roles": "additive"}, {"tags": "authoritative"}, {"roles": "authoritative"}])


@st.composite
def declared_entries(draw: st.DrawFn, contact: Contact, bundles: list[str]) -> Entry:
    """An entry that most likely finds that contact."""
    identity = contact.identity
    pins = {"id": identity.id.lstrip("0"), "email": identity.email, "reference": identity.reference or ""}
    sayable = {
        "id": True,
        "email": can_declare_email(identity.email),
        "reference": can_declare(pins["reference"]),
    }
    pin = draw(st.sampled_from([name for name in pins if sayable[name]]))
    fields = mostly(st.just({}), st.fixed_dictionaries({}, optional=declared_fields), share=3)
    entry: Entry = {pin: pins[pin], **draw(fields)}
    if draw(st.integers(0, 4)) == 0:
        return {**entry, "state": "absent"}
    further = {**declared_sets, "manage": modes}
    if bundles:
        further["bundles"] = st.lists(st.sampled_from(bundles), min_size=1, max_size=2, unique=True)
    return {**entry, **draw(st.fixed_dictionaries({}, optional=further))}


@dataclass
class ModelFolder:
    """The files of a folder as mappings: what stands under ``bundles`` and ``contacts``."""

    bundles: dict[str, dict[str, Entry]] = field(default_factory=dict)
    contacts: dict[str, list[Entry]] = field(default_factory=dict)

    def load(self, root: Path, policy: Policy) -> LoadedDeclarations:
        """The declarations, as the loader reads them."""
        for file in root.rglob("*.yaml"):
            file.unlink()
        for name in {*self.bundles, *self.contacts}:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(self._text(name), encoding="utf-8")
        return load_declarations(root / "contacts", policy, root=root)

    def _text(self, name: str) -> str:
        lines = [f"- {json.dumps(entry, ensure_ascii=False)}" for entry in self.contacts.get(name, [])]
        text = f"contacts: {'' if lines else '[]'}\n" + "".join(f"{line}\n" for line in lines)
        bundles = self.bundles.get(name)
        return text + (f"bundles: {json.dumps(bundles, ensure_ascii=False)}\n" if bundles else "")

    def write(self, edits: Iterable[FileEdit]) -> None:
        """What the edits say; a place of line 2 is the first entry of its file."""
        for edit in edits:
            entries = self.contacts.setdefault(edit.file, [])
            for changed in edit.edited:
                edit_entry(entries[changed.place.line - 2], changed)
            entries += [entry_data(new) for new in edit.added]
            if edit.bundles:
                given = {bundle.name: bundle_data(bundle) for bundle in edit.bundles}
                self.bundles.setdefault(edit.file, {}).update(given)


def name_of(item: Any) -> str:
    """What a declared item is called."""
    return item if isinstance(item, str) else item.get("reference") or item["value"]
