"""New bundles and entries at the end of the lists of a file, in the way in which it is written."""

import re
from dataclasses import dataclass, replace

from reconcile.model.edits import FileEdit, NewEntry

from .members import add_to_flow, member_spans, open_empty
from .new_entries import (
    FileStyle,
    bundles_lines,
    entries_lines,
    entry_sets,
    flow_bundle,
    flow_entry,
)
from .scalars import comment_text
from .set_edits import item_notes
from .spans import SpanNode
from .splices import SplicedText


def style_of(text: SplicedText, root: SpanNode | None) -> FileStyle:
    """How a file is laid out, as its last entries tell; what they don't tell is as in new files."""
    contacts = root.value("contacts") if root else None
    if root is None or contacts is None or contacts.flow:
        column = root.column if root else 0
        return FileStyle(dash=column + 2)
    entries = [entry for entry in contacts.items if not entry.flow]
    keys = [entry.column - contacts.column for entry in entries[-1:]]
    inner = [_inner(entry) for entry in entries]
    items = [distance for distances, _ in inner for distance in distances]
    steps = [distance for _, distances in inner for distance in distances]
    default = FileStyle()
    return FileStyle(
        dash=contacts.column,
        keys=max([2, *keys]),
        items=items[-1] if items else default.items,
        step=steps[-1] if steps else default.step,
        spaced=_is_spaced(text, contacts),
        flow=bool(contacts.items) and contacts.items[-1].flow,
    )


def _inner(entry: SpanNode) -> tuple[list[int], list[int]]:
    """How far the lists and the mappings of an entry stand from their keys."""
    blocks = [value for _, value in entry.pairs if value.text is None and not value.flow]
    lists = [value.column - entry.column for value in blocks if value.is_list]
    return lists, [value.column - entry.column for value in blocks if not value.is_list]


def _style_of_bundles(node: SpanNode, style: FileStyle) -> FileStyle:
    """How the bundles of a file are laid out, as the last one in block style tells."""
    blocks = [bundle for _, bundle in node.pairs if not bundle.flow]
    if not blocks:
        return style
    items, _ = _inner(blocks[-1])
    return replace(style, step=blocks[-1].column - node.column, items=items[-1] if items else style.items)


def _is_spaced(text: SplicedText, node: SpanNode) -> bool:
    """True when a blank line stands between the last two members, or there is one in block style only."""
    spans = member_spans(text, node)
    if len(spans) < 2:
        return not any(item.flow for item in node.items)
    between = text.text[text.next_line(spans[-2][1]) : spans[-1][0]]
    return any(not line.strip() for line in between.split("\n")[:-1])


_DOCUMENT_END = re.compile(r"^\.\.\.", re.MULTILINE)


@dataclass(slots=True)
class FileAdditions:
    """What is added to the text of a file. ``root`` is None where nothing but comments stands there."""

    text: SplicedText
    root: SpanNode | None
    style: FileStyle

    def add(self, edit: FileEdit) -> None:
        """Add the bundles and the entries to the text's splices. Raises OddLayoutError."""
        if self.root is not None and self.root.flow:
            self._add_to_flow_root(self.root, edit)
            return
        if edit.bundles:
            self._add_bundles(edit)
        if edit.added:
            self._add_entries(edit)

    @property
    def _column(self) -> int:
        return self.root.column if self.root else 0

    def _add_entries(self, edit: FileEdit) -> None:
        node = self.root.value("contacts") if self.root else None
        if node is None or not node.items:
            lines = entries_lines(edit.added, self.style)
            self._add_key("contacts", node, lines, self._end())
        elif node.flow:
            add_to_flow(self.text, node, list(map(_flow_member, edit.added)))
        else:
            blank = [""] if self.style.spaced else []
            lines = [*blank, *entries_lines(edit.added, self.style)]
            self.text.insert_lines(self.text.after_comments(node.end, node.column, self._column), lines)

    def _add_bundles(self, edit: FileEdit) -> None:
        node = self.root.value("bundles") if self.root else None
        if node is None or not node.pairs:
            lines = bundles_lines(edit.bundles, self.style, self._column + 2)
            contacts = self._key("contacts")
            at = self._end() if contacts is None else self._above(contacts)
            self._add_key("bundles", node, lines, at)
        elif node.flow:
            add_to_flow(self.text, node, [flow_bundle(bundle) for bundle in edit.bundles])
        else:
            blank = [""] if _is_spaced(self.text, node) else []
            style = _style_of_bundles(node, self.style)
            lines = [*blank, *bundles_lines(edit.bundles, style, node.column)]
            self.text.insert_lines(self.text.after_comments(node.end, node.column, self._column), lines)

    def _key(self, name: str) -> SpanNode | None:
        return next((key for key, _ in self.root.pairs if key.text == name), None) if self.root else None

    def _add_key(self, name: str, empty: SpanNode | None, lines: list[str], at: int) -> None:
        """Add a key with lines below it, or fill one that holds an empty list or mapping."""
        text, key = self.text, self._key(name)
        if empty is None or key is None:
            is_last = at == self._end()
            before = [""] if is_last and self._needs_blank(at) else []
            after = [] if is_last else [""]
            text.insert_lines(at, [*before, f"{' ' * self._column}{name}:", *lines, *after])
        else:
            open_empty(text, key, empty)
            text.insert_lines(text.next_line(empty.end), lines)

    def _needs_blank(self, at: int) -> bool:
        """True when something stands above, or will, and no blank line is between."""
        added = any(splice.start == at for splice in self.text.splices)
        above = self.text.text[:at]
        lines = above.splitlines()
        return added or bool(lines and lines[-1].strip() and not _is_head(lines))

    def _end(self) -> int:
        """Where a new key at the top is put: at the end, but before the end of the document."""
        text = self.text.text
        end = _DOCUMENT_END.search(text, self.root.end if self.root else 0)
        return end.start() if end else len(text)

    def _above(self, key: SpanNode) -> int:
        """The line above a key and the comments right above it, unless they head the file."""
        at = start = self.text.line_start(key.start)
        while at and self.text.text[self.text.line_start(at - 1) : at].lstrip(" ").startswith("#"):
            at = self.text.line_start(at - 1)
        return at or start

    def _add_to_flow_root(self, root: SpanNode, edit: FileEdit) -> None:
        """Add to a file that is one mapping in flow style."""
        new = []
        for key, signs, members in (
            ("bundles", "{}", [flow_bundle(bundle) for bundle in edit.bundles]),
            ("contacts", "[]", [_flow_member(entry) for entry in edit.added]),
        ):
            node = root.value(key)
            if members and node is not None:
                add_to_flow(self.text, node, members)
            elif members:
                apart = "\n" if any("\n" in member for member in members) else ""
                joined = f",{apart or ' '}".join(members)
                new.append(f"{key}: {signs[0]}{apart}{joined}{signs[1]}")
        if new:
            add_to_flow(self.text, root, new)


def _flow_member(entry: NewEntry) -> str:
    """An entry in flow style; its comments stand in lines above it."""
    notes = [note for facet, items in entry_sets(entry) for note in item_notes(facet, items)]
    above = [comment_text(entry.comment)] if entry.comment else []
    return "\n".join([*above, *notes, flow_entry(entry)])


def _is_head(lines: list[str]) -> bool:
    """True when the file starts with one line that names its schema, or its document, and nothing else."""
    return len(lines) == 1 and lines[0].startswith(("# yaml-language-server", "---"))
