"""The text of a file of declarations: a new one, or an edited one in which all else stays as it was written.

Text in, text out; files are read and written by the caller. An edited text is read again and must say what
was asked for.
"""

from collections.abc import Callable
from typing import Any

import yaml

from reconcile.collector import garbage_collector_off
from reconcile.declare.yaml.source import BYTE_ORDER_MARK
from reconcile.errors import UsageError
from reconcile.model.edits import EntryEdit, FileEdit

from .additions import FileAdditions, style_of
from .data_edits import bundle_data, edit_entry, entry_data
from .entry_edits import EntryText
from .formatting.layout import canonical_text, is_canonical
from .new_entries import FileStyle, bundles_lines, entries_lines
from .round_trip import round_trip_entry
from .spans import SpanNode, read_spans
from .splices import OddLayoutError, SplicedText


def edited_text(text: str | None, edit: FileEdit, *, head: tuple[str, ...] = ()) -> str:
    """The text of a file after an edit. None is a file that does not exist; ``head`` are its first lines.

    A file in the canonical layout stays in it; of any other, only what the edit names changes.
    ``text`` is one that `declare` takes. Raises UsageError where it is laid out so that the edit can't be
    done, ValueError where no entry stands at a place and where a value can't be declared.
    """
    if text is None:
        return _new_text(edit, head)
    whole = text.lstrip(BYTE_ORDER_MARK)
    mark = text.removesuffix(whole)
    ended = whole if whole.endswith("\n") or not whole else whole + _newline(whole)
    with garbage_collector_off():
        changed = _edited(ended, edit)
    if is_canonical(text):
        return canonical_text(changed)
    return mark + (changed if ended is whole else changed.removesuffix(_newline(whole)))


def _newline(text: str) -> str:
    """What ends most lines of a text."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"


def _new_text(edit: FileEdit, head: tuple[str, ...]) -> str:
    if edit.edited:
        raise ValueError(f"{edit.file} does not exist, so no entry stands there")
    style = FileStyle()
    lines = list(head)
    if edit.bundles:
        lines += ["bundles:", *bundles_lines(edit.bundles, style, style.step)]
    if edit.added:
        lines += ["", "contacts:"] if edit.bundles else ["contacts:"]
        lines += entries_lines(edit.added, style)
    return "".join(f"{line}\n" for line in lines)


def _edited(text: str, edit: FileEdit) -> str:
    """By the smallest change that does what was asked for."""
    root = read_spans(text)
    expected = _expected(root, edit)
    for edit_entry_text in (_edit_entry, round_trip_entry):
        try:
            changed = _spliced(text, root, edit, edit_entry_text)
            if _says(changed, expected):
                return changed
        except (OddLayoutError, yaml.YAMLError):
            continue
    places = ", ".join(str(one.place) for one in edit.edited) or edit.file
    message = "what stands here is laid out so that it can't be edited; write it in block style, a key a line"
    raise UsageError(f"{places}: {message}")


EntryWay = Callable[[SplicedText, SpanNode, EntryEdit, FileStyle], None]
"""A way to edit an entry: adds to the changes of a text, or raises OddLayoutError."""


def _spliced(text: str, root: SpanNode | None, edit: FileEdit, edit_entry_text: EntryWay) -> str:
    """The text with all edits and additions."""
    spliced = SplicedText(text, _newline(text))
    style = style_of(spliced, root)
    entries = _entries_by_place(root)
    for one in edit.edited:
        edit_entry_text(spliced, entries[one.place[1:]], one, style)
    FileAdditions(spliced, root, style).add(edit)
    return spliced.result()


def _edit_entry(text: SplicedText, entry: SpanNode, edit: EntryEdit, style: FileStyle) -> None:
    """Items and keys come and go, and no other line changes, but where the entry is laid out too oddly."""
    own = SplicedText(text.text, text.newline)
    try:
        EntryText(own, entry, style).edit(edit)
        text.splices += own.ordered()
    except OddLayoutError:
        round_trip_entry(text, entry, edit, style)


def _says(text: str, expected: dict[str, Any]) -> bool:
    root = read_spans(text)
    return (root.plain() if root else {}) == expected


def _entries_by_place(root: SpanNode | None) -> dict[tuple[int, int], SpanNode]:
    """The entries by line and column, from 1."""
    contacts = root.value("contacts") if root else None
    return {(entry.line + 1, entry.column + 1): entry for entry in (contacts.items if contacts else ())}


def _expected(root: SpanNode | None, edit: FileEdit) -> dict[str, Any]:
    """What the edited text must say."""
    data: Any = root.plain() if root else {}
    entries = dict(zip(_entries_by_place(root), data.get("contacts", ()), strict=True))
    for one in edit.edited:
        if one.place[1:] not in entries:
            raise ValueError(f"no entry starts at {one.place}")
        edit_entry(entries[one.place[1:]], one)
    if edit.bundles:
        data.setdefault("bundles", {}).update({one.name: bundle_data(one) for one in edit.bundles})
    if edit.added:
        data["contacts"] = [*data.get("contacts", ()), *map(entry_data, edit.added)]
    return dict(data)
