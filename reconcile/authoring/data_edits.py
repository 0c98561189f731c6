"""Edits of entries as data: what an edited text must say, and the edit of a tree that ruamel.yaml keeps.

Works on dicts and lists that hold texts, and on ruamel.yaml's, which also know how they are written.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from reconcile.clock import parse_day, parse_instant
from reconcile.model.edits import EntryEdit, NewBundle, NewEntry, SetEdit, WrittenItem
from reconcile.model.facets import FACETS, FIELDS, SETS, Facet

from .new_entries import NAME_KEYS, entry_sets
from .scalars import moment_text

KEY_ORDER = (
    "id", "reference", "email", "state", "create", "type", "bundles", "roles", "tags", "profile", "address",
    "manage",
)  # fmt: skip
"""The keys of an entry in the order in which the documents name them."""


Written = Callable[[str], Any]
"""How a new text is put into data: as it is, or as a value that also knows its quotes."""


def edit_entry(entry: Any, edit: EntryEdit, written: Written = str) -> None:
    """Carry an edit out on an entry, in place."""
    for key in edit.dropped_keys:
        entry.pop(key, None)
    for facet in SETS:
        if facet in edit.sets:
            _edit_set(entry, facet, edit.sets[facet], written)
    _drop_bundles(entry, edit.dropped_bundles)
    for facet in FIELDS:
        if fields := edit.fields.get(facet):
            insert_key(entry, facet.value, {})
            texts = {name: None if value is None else written(value) for name, value in fields.items()}
            entry[facet.value].update(texts)


def insert_key(entry: Any, key: str, value: Any) -> None:
    """Give an entry a key that it lacks, behind those that stand before it in the order of keys."""
    if key in entry:
        return
    if hasattr(entry, "insert"):
        before = [place for place, name in enumerate(entry) if stands_before(str(name), key)]
        entry.insert(before[-1] + 1 if before else 0, key, value)
    else:
        entry[key] = value


def stands_before(name: str, key: str) -> bool:
    """True when a key of an entry has its place before another one."""
    return name in KEY_ORDER[: KEY_ORDER.index(key)]


def _drop_bundles(entry: Any, dropped: tuple[str, ...]) -> None:
    """Delete names of bundles; a list that is left without any says nothing and goes too."""
    names = entry.get("bundles")
    for name in dropped if names else ():
        if name in names:
            del names[[str(other) for other in names].index(name)]
    if dropped and names is not None and not names:
        del entry["bundles"]


def _edit_set(entry: Any, facet: Facet, edit: SetEdit, written: Written) -> None:
    if facet.value not in entry and (edit.put or not edit.removed):
        insert_key(entry, facet.value, [])
    items = entry.get(facet.value)
    if items is None:
        return
    removed = removed_keys(facet, edit)
    for place in reversed(range(len(items))):
        if data_key(facet, items[place]) in removed:
            del items[place]
    for item in edit.put:
        _put(items, facet, item, written)
    if not items:
        # ruamel.yaml keeps comments of an emptied list where they break the file.
        entry[facet.value] = []


def _put(items: Any, facet: Facet, item: WrittenItem, written: Written) -> None:
    """Add an item, or give the one that stands there its end."""
    key = FACETS[facet].item_key(item.name)
    places = [place for place, other in enumerate(items) if data_key(facet, other) == key]
    if not places:
        items.append(item_data(facet, item, written(item.name), written))
    else:
        items[places[0]] = _with_end(items[places[0]], facet, item, written)


def _with_end(standing: Any, facet: Facet, item: WrittenItem, written: Written) -> Any:
    name_key = NAME_KEYS[facet]
    if not hasattr(standing, "keys"):
        return standing if item.expires is None else item_data(facet, item, standing, written)
    gone = dropped_item_keys(item) & set(standing)
    for key in gone:
        del standing[key]
    if item.expires is not None and not same_moment(str(standing.get("expires")), item.expires):
        standing["expires"] = written(moment_text(item.expires))
    return standing[name_key] if gone and set(standing) == {name_key} else standing


def dropped_item_keys(item: WrittenItem) -> set[str]:
    """The keys that an item loses where it stands already: without an end of its window, that one too."""
    return {*item.dropped_keys, *(() if item.expires else ("expires",))}


def same_moment(text: str, value: date) -> bool:
    """True when a text of a file is that day or that instant, however it is spelt."""
    try:
        found = parse_day(text) or parse_instant(text)
    except ValueError:
        return False
    return type(found) is type(value) and found == value


def data_key(facet: Facet, item: Any) -> str:
    """What makes an item of a list the same as another one."""
    name = item.get(NAME_KEYS[facet], "") if hasattr(item, "keys") else item
    return FACETS[facet].item_key(str(name))


def removed_keys(facet: Facet, edit: SetEdit) -> set[str]:
    """The keys of the items that go; one that is put as well stays."""
    key = FACETS[facet].item_key
    return {key(name) for name in edit.removed} - {key(item.name) for item in edit.put}


def item_data(facet: Facet, item: WrittenItem, name: Any, written: Written = str) -> Any:
    """An item as data; ``name`` is as it is written, or stands in the file already."""
    if item.expires is None:
        return name
    return {NAME_KEYS[facet]: name, "expires": written(moment_text(item.expires))}


def entry_data(entry: NewEntry) -> dict[str, Any]:
    """A new entry as data."""
    identity = {"id": entry.id, "reference": entry.reference, "email": entry.email}
    return {
        **{key: value for key, value in identity.items() if value is not None},
        **({"bundles": list(entry.bundles)} if entry.bundles else {}),
        **{
            facet.value: [item_data(facet, item, item.name) for item in items]
            for facet, items in entry_sets(entry)
        },
    }


def bundle_data(bundle: NewBundle) -> dict[str, Any]:
    """A new bundle as data, without its name."""
    sets = {Facet.ROLES: bundle.roles, Facet.TAGS: bundle.tags}
    return {
        facet.value: [item_data(facet, item, item.name) for item in items]
        for facet, items in sets.items()
        if items
    }
