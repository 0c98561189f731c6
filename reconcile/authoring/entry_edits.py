"""Small edits of one entry's text: a key that goes or comes, a value that is replaced."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconcile.model.contact import Fields
from reconcile.model.edits import EntryEdit, SetEdit
from reconcile.model.facets import FIELDS, SETS, Facet

from .data_edits import stands_before
from .members import delete_members
from .new_entries import FileStyle, flow_set, set_lines
from .scalars import comment_text, key_text, scalar
from .set_edits import SetText, add_pairs, item_notes, replace_value
from .spans import SpanNode
from .splices import OddLayoutError, SplicedText


@dataclass(slots=True)
class EntryText:
    """The text of one entry under its edit. ``style`` is that of the file."""

    text: SplicedText
    entry: SpanNode
    style: FileStyle
    _dropped: set[str] = field(default_factory=set)

    def edit(self, edit: EntryEdit) -> None:
        """Add what is to change to the text's splices. Raises OddLayoutError."""
        before = len(self.text.splices)
        self._dropped = {*edit.dropped_keys, *self._edit_bundles(edit)}
        self._drop_keys()
        for facet in SETS:
            if facet in edit.sets:
                self._edit_set(facet, edit.sets[facet])
        for facet in FIELDS:
            if edit.fields.get(facet):
                self._edit_fields(facet, edit.fields[facet])
        if edit.comment and len(self.text.splices) > before:
            first = min(splice.start for splice in self.text.splices[before:])
            self._insert_notes(first, [comment_text(edit.comment)], before)

    def _value(self, key: str) -> SpanNode | None:
        """The value of a key that stays."""
        return None if key in self._dropped else self.entry.value(key)

    def _edit_bundles(self, edit: EntryEdit) -> list[str]:
        """Delete names of bundles; the key itself is to be dropped where none is left."""
        node = None if "bundles" in edit.dropped_keys else self.entry.value("bundles")
        names = edit.dropped_bundles
        gone = {place for place, item in enumerate(node.items) if item.text in names} if node else set()
        if node is None or not gone:
            return []
        if len(gone) == len(node.items):
            return ["bundles"]
        delete_members(self.text, node, gone)
        return []

    def _drop_keys(self) -> None:
        gone = {place for place, (key, _) in enumerate(self.entry.pairs) if key.text in self._dropped}
        if len(gone) == len(self.entry.pairs):
            raise OddLayoutError("no key of the entry is left")
        delete_members(self.text, self.entry, gone)

    def _edit_set(self, facet: Facet, edit: SetEdit) -> None:
        node = self._value(facet.value)
        if node is not None:
            key = next(key for key, value in self.entry.pairs if value is node)
            items = SetText(self.text, facet, key, node, self.style)
            self._insert_notes(key.start, items.edit(edit, in_flow=self.entry.flow))
        elif edit.put or not edit.removed:
            lines = set_lines(facet, edit.put, self.style, self.entry.column)
            self._add_key(facet, lines, flow_set(facet, edit.put))
            if self.entry.flow:
                self._insert_notes(self.entry.start, item_notes(facet, edit.put))

    def _add_key(self, facet: Facet, lines: list[str], flow: str) -> None:
        """Put a key behind the last one of those that stand before it in the order of keys."""
        kept = [pair for pair in self.entry.pairs if pair[0].text not in self._dropped]
        before = [pair for pair in kept if stands_before(pair[0].text or "", facet.value)]
        key, value = (before or kept)[-1]
        end = max(key.end, value.end)
        if self.entry.flow:
            self.text.replace(end, end, f", {facet.value}: {flow}")
        else:
            self.text.insert_lines(self.text.next_line(end), lines)

    def _edit_fields(self, facet: Facet, fields: Fields) -> None:
        """Give fields their values."""
        node = self._value(facet.value)
        texts = {name: "null" if value is None else scalar(value) for name, value in fields.items()}
        if node is None:
            self._add_fields(facet, texts)
            return
        for name, value in fields.items():
            standing = node.value(name)
            if standing is not None and standing.plain() != value:
                replace_value(self.text, standing, texts[name])
        missing = [f"{key_text(name)}: {text}" for name, text in texts.items() if node.value(name) is None]
        add_pairs(self.text, node, missing)

    def _add_fields(self, facet: Facet, texts: Mapping[str, str]) -> None:
        pairs = [f"{key_text(name)}: {text}" for name, text in texts.items()]
        column = self.entry.column
        inner = " " * (column + self.style.step)
        lines = [f"{' ' * column}{facet.value}:", *(inner + pair for pair in pairs)]
        self._add_key(facet, lines, f"{{{', '.join(pairs)}}}")

    def _insert_notes(self, position: int, notes: list[str], before: int | None = None) -> None:
        """Put comments above the line of the key at a position, but for those that stand there already.

        ``before`` is the number of the change before which they come.
        """
        at, indent = self._anchor(position)
        above = self._comments_above(at)
        lines = [indent + note for note in notes if note not in above]
        if lines:
            self.text.insert_lines(at, lines)
        if lines and before is not None:
            self.text.splices.insert(before, self.text.splices.pop())

    def _anchor(self, position: int) -> tuple[int, str]:
        """The start of a line in which a key of the entry begins, or a new one will, and its indentation."""
        text = self.text
        if not self.entry.flow:
            for key, value in self.entry.pairs:
                if text.line_start(key.start) <= position < text.next_line(max(key.end, value.end)):
                    return text.line_start(key.start), _blanks(text.indent(key.start))
            if position > self.entry.start:
                return position, " " * self.entry.column
        return text.line_start(self.entry.start), _blanks(text.indent(self.entry.start))

    def _comments_above(self, at: int) -> list[str]:
        """The comments in the lines right above a line."""
        comments: list[str] = []
        while at and (line := self.text.text[self.text.line_start(at - 1) : at].strip()).startswith("#"):
            comments.append(line)
            at = self.text.line_start(at - 1)
        return comments


def _blanks(text: str) -> str:
    """The blanks at the start of a text."""
    return text[: len(text) - len(text.lstrip(" "))]
