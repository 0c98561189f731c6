"""Edits of files of declarations as case files write them, and what a text of a file declares."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from reconcile.declare.loader import load_declarations
from reconcile.errors import DeclarationError
from reconcile.model.declaration import Declaration
from reconcile.model.edits import EntryEdit, FileEdit, NewBundle, NewEntry, SetEdit, WrittenItem
from reconcile.model.facets import Facet
from reconcile.model.problem import Place
from reconcile.model.settings import Policy

FILE = "contacts/a.yaml"


def entry_places(text: str) -> list[Place]:
    """Where the entries of a text start, as PyYAML says."""
    root = yaml.compose(text.removeprefix("\ufeff"), yaml.CBaseLoader)
    lists = [value for key, value in root.value if key.value == "contacts"] if root and root.value else []
    return [
        Place(FILE, entry.start_mark.line + 1, entry.start_mark.column + 1)
        for entries in lists
        for entry in entries.value
    ]


def file_edit(edit: dict[str, Any], text: str | None) -> FileEdit:
    """The edit of a case."""
    places = entry_places(text) if text else []
    return FileEdit(
        FILE,
        tuple(
            NewBundle(one["name"], items(one.get("roles")), items(one.get("tags")))
            for one in edit.get("bundles", ())
        ),
        tuple(_entry(one) for one in edit.get("added", ())),
        tuple(_entry_edit(one, places[one["entry"] - 1]) for one in edit.get("edited", ())),
    )


def items(values: Any) -> tuple[WrittenItem, ...]:
    return tuple(_item(value) for value in values or ())


def _item(value: Any) -> WrittenItem:
    if isinstance(value, str):
        return WrittenItem(value)
    expires: date | None = value.get("expires")
    return WrittenItem(value["name"], expires, value.get("comment", ""), tuple(value.get("dropped_keys", ())))


def _entry(values: dict[str, Any]) -> NewEntry:
    sets = {key: items(values[key]) for key in ("roles", "tags") if key in values}
    return NewEntry(**{**values, "bundles": tuple(values.get("bundles", ())), **sets})


def _entry_edit(values: dict[str, Any], place: Place) -> EntryEdit:
    return EntryEdit(
        place,
        sets={
            facet: SetEdit(tuple(values[facet].get("removed", ())), items(values[facet].get("put")))
            for facet in (Facet.ROLES, Facet.TAGS)
            if facet in values
        },
        dropped_bundles=tuple(values.get("dropped_bundles", ())),
        fields={facet: values[facet] for facet in (Facet.PROFILE, Facet.ADDRESS) if facet in values},
        dropped_keys=tuple(values.get("dropped_keys", ())),
        comment=values.get("comment", ""),
    )


def declared(*texts: str) -> tuple[Declaration, ...]:
    """What a folder of these texts declares. Raises DeclarationError."""
    with TemporaryDirectory() as name:
        root = Path(name)
        (root / "contacts").mkdir()
        for number, text in enumerate(texts):
            (root / "contacts" / f"{number}.yaml").write_bytes(text.encode())
        return load_declarations(root / "contacts", Policy(), root=root).declarations


BESIDE = "contacts: [{id: 999, tags: [t]}]\n"
"""A file beside the one that is checked, so that a folder is never empty."""

ELSEWHERE = {"unknown-bundle"}


def problems_in(text: str) -> list[str]:
    """Why a text can't be declared, each problem on its line; bundles may stand in another file."""
    try:
        declared(text, BESIDE)
    except DeclarationError as error:
        return [str(problem) for problem in error.problems if problem.rule not in ELSEWHERE]
    return []
