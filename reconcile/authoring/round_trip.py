"""Edits by ruamel.yaml's round trip, for texts that are laid out too oddly for a small edit.

It keeps comments, order and quotes, and writes blanks in its own way.
"""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError as RuamelError

from reconcile.model.edits import EntryEdit, FileEdit

from .data_edits import bundle_data, edit_entry, entry_data
from .new_entries import FileStyle
from .spans import SpanNode
from .splices import OddLayoutError, SplicedText

_NO_WRAPPING = 1_000_000


def _writer(style: FileStyle) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _NO_WRAPPING
    yaml.indent(mapping=style.step, sequence=style.items + 2, offset=style.items)
    return yaml


def round_trip_entry(text: SplicedText, entry: SpanNode, edit: EntryEdit, style: FileStyle) -> None:
    """Write one entry anew. Raises OddLayoutError where ruamel.yaml can't read or write it."""
    column = len(text.indent(entry.start))
    written = text.text[entry.start : entry.end].replace("\r\n", "\n")
    lines = _edited_lines(" " * column + written + "\n", edit, style)
    joined = f"{text.newline}{' ' * column}".join(lines)
    text.replace(entry.start, entry.end, joined.replace(f"{' ' * column}{text.newline}", text.newline))


def _edited_lines(text: str, edit: EntryEdit, style: FileStyle) -> list[str]:
    """The lines of an entry after an edit, from the first column on."""
    yaml, stream = _writer(style), StringIO()
    try:
        data: Any = yaml.load(text)
        edit_entry(data, edit)
        yaml.dump(data, stream)
    except RuamelError as error:
        raise OddLayoutError("ruamel.yaml can't edit this entry") from error
    return stream.getvalue().rstrip("\n").split("\n")


def round_trip_file(text: str, root: SpanNode | None, edit: FileEdit) -> str:
    """Write a file anew. Raises OddLayoutError where ruamel.yaml can't read or write it."""
    yaml, stream = _writer(FileStyle()), StringIO()
    contacts = root.value("contacts") if root else None
    places = {
        (node.line + 1, node.column + 1): at for at, node in enumerate(contacts.items if contacts else ())
    }
    try:
        data: Any = yaml.load(text.replace("\r\n", "\n")) or {}
        for one in edit.edited:
            edit_entry(data["contacts"][places[one.place[1:]]], one)
        _add(data, edit)
        yaml.dump(data, stream)
    except RuamelError as error:
        raise OddLayoutError("ruamel.yaml can't edit this file") from error
    written = stream.getvalue()
    return written.replace("\n", "\r\n") if "\r\n" in text else written


def _add(data: Any, edit: FileEdit) -> None:
    if edit.bundles:
        data.setdefault("bundles", {}).update({one.name: bundle_data(one) for one in edit.bundles})
    if edit.added:
        data.setdefault("contacts", []).extend(entry_data(entry) for entry in edit.added)
