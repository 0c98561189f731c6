"""The text of a file of declarations: a new one, or an edited one in which all else stays as it was written.

Text in, text out; files are read and written by the caller. An edited text is read again and must say what
was asked for.
"""

from collections.abc import Callable
from typing import Any

import yaml

from reconcile.model.edits import EntryEdit, FileEdit

from .additions import FileAdditions, style_of
from .data_edits import bundle_data, edit_entry, entry_data
from .entry_edits import EntryText
from .new_entries import FileStyle, bundles_lines, entries_lines
from .round_trip import round_trip_entry, round_trip_file
from .spans import SpanNode, read_spans
from .splices import OddLayoutError, SplicedText

_BYTE_ORDER_MARK = "\ufeff"


def edited_text(text: str | None, edit: FileEdit, *, head: tuple[str, ...] = ()) -> str:
    """The text of a file after an edit. None is a file that does not exist; ``head`` are its first lines.

    ``text`` is one that `declare` takes. Raises ValueError where no entry stands at a place, where a text
    can't be declared, and where the file is laid out so that the edit can't be done.
    """
    if text is None:
        return _new_text(edit, head)
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    whole = text.removeprefix(mark)
    ended = whole if whole.endswith("\n") or not whole else whole + _newline(whole)
    changed = _edited(ended, edit)
    return mark + (changed if ended is whole else changed.removesuffix(_newline(whole)))


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _new_text(edit: FileEdit, head: tuple[str, ...]) -> str:
    if edit.edited:
        raise ValueError(f"{edit.file} does not exist, so no entry of it can be edited")
    style = FileStyle()
    lines = list(head)
    if edit.bundles:
        lines += ["bundles:", *bundles_lines(edit.bundles, style, style.step)]
    if edit.added:
        lines += ["", "contacts:"] if edit.bundles else ["contacts:"]
        lines += entries_lines(edit.added, style)
    return "".join(f"{line}\n" for line in lines)


def _edited(text: str, edit: FileEdit) -> str:
    """The first way that does what was asked for, from the smallest change to the largest."""
    root = read_spans(text)
    expected = _expected(root, edit)
    ways: tuple[Callable[[str, SpanNode | None, FileEdit], str], ...] = (
        _by_small_edits,
        _by_entries,
        round_trip_file,
    )
    for way in ways:
        try:
            changed = way(text, root, edit)
            if _says(changed, expected):
                return changed
        except (OddLayoutError, yaml.YAMLError):
            continue
    raise ValueError(f"{edit.file} is laid out so that it can't be edited; write it in block style")


def _says(text: str, expected: dict[str, Any]) -> bool:
    root = read_spans(text)
    return (root.plain() if root else {}) == expected


def entry_at(root: SpanNode | None, edit: EntryEdit) -> SpanNode:
    """The entry that starts at the place of an edit."""
    contacts = root.value("contacts") if root else None
    for entry in contacts.items if contacts else ():
        if (entry.line + 1, entry.column + 1) == edit.place[1:]:
            return entry
    raise ValueError(f"no entry starts at {edit.place}")


def _expected(root: SpanNode | None, edit: FileEdit) -> dict[str, Any]:
    """What the edited text must say."""
    data: Any = root.plain() if root else {}
    entries = data.get("contacts", [])
    places = {id(entry_at(root, one)): one for one in edit.edited}
    contacts = root.value("contacts") if root else None
    for node, entry in zip(contacts.items if contacts else (), entries, strict=True):
        if id(node) in places:
            edit_entry(entry, places[id(node)])
    if edit.bundles:
        data.setdefault("bundles", {}).update({one.name: bundle_data(one) for one in edit.bundles})
    if edit.added:
        data["contacts"] = entries + [entry_data(entry) for entry in edit.added]
    return dict(data)


def _by_small_edits(text: str, root: SpanNode | None, edit: FileEdit) -> str:
    """Items and keys that come and go; no other line changes."""
    spliced = SplicedText(text)
    style = style_of(spliced, root)
    for one in edit.edited:
        EntryText(spliced, entry_at(root, one), style).edit(one)
    FileAdditions(spliced, root, style).add(edit)
    return spliced.result()


def _by_entries(text: str, root: SpanNode | None, edit: FileEdit) -> str:
    """Edited entries that are written anew by ruamel.yaml; all other ones stay."""
    spliced = SplicedText(text)
    style = style_of(spliced, root)
    for one in edit.edited:
        round_trip_entry(spliced, entry_at(root, one), one, style)
    FileAdditions(spliced, root, style).add(edit)
    return spliced.result()
