"""Small edits of one entry's text: an item's line that goes or comes, a value that is replaced."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcile.model.contact import Fields
from reconcile.model.edits import EntryEdit, SetEdit, WrittenItem
from reconcile.model.facets import FACETS, FIELDS, SETS, Facet

from .data_edits import dropped_item_keys, keys_of, same_moment, stands_before
from .layout import NAME_KEYS, Layout, flow_set, item_text, set_lines, with_comment
from .members import add_to_flow, after_colon, delete_members, empty_flow, member_spans
from .scalars import comment_text, moment_text, scalar
from .spans import SpanNode
from .splices import OddLayoutError, SplicedText


@dataclass(slots=True)
class EntryText:
    """The text of one entry under its edit. ``layout`` is that of the file.

    ``notes`` are comments that find no place behind what they are about, and stand above what changed.
    """

    text: SplicedText
    entry: SpanNode
    layout: Layout
    notes: list[str] = field(default_factory=list)

    def edit(self, edit: EntryEdit) -> None:
        """Add what is to change to the text's splices. Raises OddLayoutError."""
        before = len(self.text.splices)
        dropped = {*edit.dropped_keys, *self._edit_bundles(edit)}
        self._drop_keys(dropped)
        for facet in SETS:
            if facet in edit.sets:
                self._edit_set(facet, edit.sets[facet], dropped)
        for facet in FIELDS:
            if edit.fields.get(facet):
                self._edit_fields(facet, edit.fields[facet], dropped)
        if edit.comment and len(self.text.splices) > before:
            self.notes.insert(0, comment_text(edit.comment))
        self._insert_notes(before)

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

    def _drop_keys(self, names: set[str]) -> None:
        gone = {place for place, (key, _) in enumerate(self.entry.pairs) if key.text in names}
        if len(gone) == len(self.entry.pairs):
            raise OddLayoutError("no key of the entry is left")
        delete_members(self.text, self.entry, gone)

    def _edit_set(self, facet: Facet, edit: SetEdit, dropped: set[str]) -> None:
        node = None if facet.value in dropped else self.entry.value(facet.value)
        if node is None:
            if edit.put or not edit.removed:
                self._add_key(facet, edit.put, dropped)
            return
        removed, key = keys_of(facet, edit.removed), FACETS[facet].item_key
        names = [key(_item_name(facet, item)) for item in node.items]
        gone = {place for place, name in enumerate(names) if name in removed}
        standing = {name: item for name, item in zip(names, node.items, strict=True) if name not in removed}
        for item in edit.put:
            if key(item.name) in standing:
                self._change_item(facet, node, standing[key(item.name)], item)
        new = [item for item in edit.put if key(item.name) not in standing]
        self._change_members(facet, node, gone, new)

    def _change_members(
        self, facet: Facet, node: SpanNode, gone: set[int], new: Sequence[WrittenItem]
    ) -> None:
        """Delete items of a list and add others."""
        if not node.items and new and not self.entry.flow:
            self._fill_list(facet, node, new)
        elif node.flow:
            self._change_flow(facet, node, gone, new)
        else:
            self._change_block(facet, node, gone, new)

    def _fill_list(self, facet: Facet, node: SpanNode, new: Sequence[WrittenItem]) -> None:
        """Write an empty list anew, behind its key."""
        text = self.text
        key = next(key for key, value in self.entry.pairs if value is node)
        first, *lines = set_lines(facet, new, self.layout, self.entry.column)
        if "#" in text.text[node.start : node.end]:
            raise OddLayoutError("a comment stands in an empty list")
        if not lines:
            text.replace(node.start, node.end, first.partition(": ")[2])
        else:
            text.replace(after_colon(text, key), node.end, "")
            text.insert_lines(text.next_line(node.end), lines)

    def _change_flow(self, facet: Facet, node: SpanNode, gone: set[int], new: Sequence[WrittenItem]) -> None:
        texts = [item_text(facet, item) for item in new]
        self._note_items(facet, new)
        if not gone or len(gone) < len(node.items):
            delete_members(self.text, node, gone)
            if texts:
                add_to_flow(self.text, _kept(node, gone), texts)
        elif not texts:
            empty_flow(self.text, node)
        elif "#" in self.text.text[node.start : node.end]:
            raise OddLayoutError("a comment stands in a list that is written anew")
        else:
            self.text.replace(node.start + 1, node.end - 1, ", ".join(texts))

    def _change_block(self, facet: Facet, node: SpanNode, gone: set[int], new: Sequence[WrittenItem]) -> None:
        text = self.text
        spans = member_spans(text, node)
        if len(gone) == len(spans) and not new:
            key = next(key for key, value in self.entry.pairs if value is node)
            colon = after_colon(text, key)
            text.replace(colon, colon, " []")
        for place in sorted(gone):
            text.delete_lines(*spans[place])
        lead = f"{' ' * node.column}{self._dash(spans[-1][0], node.items[-1])}"
        lines = [with_comment(lead + item_text(facet, item), comment_text(item.comment)) for item in new]
        if lines:
            text.insert_lines(text.next_line(node.end), lines)

    def _dash(self, dash: int, item: SpanNode) -> str:
        """A dash with the blanks behind it, as the item has them."""
        written = self.text.text[dash : item.start]
        return written if written.strip() == "-" and "\n" not in written else "- "

    def _change_item(self, facet: Facet, node: SpanNode, item: SpanNode, put: WrittenItem) -> None:
        """Give an item that stands there its end, and its comment."""
        if item.text is not None:
            if put.expires is not None:
                self._wrap(facet, item, put)
        else:
            self._change_window(item, put)
        if put.comment and node.flow:
            self._note_items(facet, [put])
        elif put.comment:
            self._comment_behind(item, comment_text(put.comment))

    def _wrap(self, facet: Facet, item: SpanNode, put: WrittenItem) -> None:
        """Make a mapping of a name, which stays as it is spelt."""
        if put.expires is not None:
            name = self._written(item)
            mapping = f"{{{NAME_KEYS[facet]}: {name}, expires: {moment_text(put.expires)}}}"
            self.text.replace(item.start, item.end, mapping)

    def _written(self, item: SpanNode) -> str:
        """A name as it is spelt, fit for a flow and for a block."""
        written = self.text.text[item.start : item.end]
        is_safe = written[:1] in ("'", '"') or not any(sign in ",:#[]{}\\" for sign in written)
        return written if is_safe and "\n" not in written else scalar(item.text or "")

    def _change_window(self, item: SpanNode, put: WrittenItem) -> None:
        dropped = dropped_item_keys(put)
        gone = {place for place, (key, _) in enumerate(item.pairs) if key.text in dropped}
        kept = [pair for place, pair in enumerate(item.pairs) if place not in gone]
        expires = item.value("expires")
        if put.expires is None and gone and len(kept) == 1:
            self._unwrap(item, kept[0], gone)
            return
        delete_members(self.text, item, gone)
        if put.expires is None:
            return
        text = moment_text(put.expires)
        if expires is None:
            self._add_pair(_kept(item, gone), f"expires: {text}")
        elif not same_moment(expires.text or "", put.expires):
            self._replace_value(expires, text)

    def _unwrap(self, item: SpanNode, pair: tuple[SpanNode, SpanNode], gone: set[int]) -> None:
        """Make a name of a mapping that says no more."""
        key, value = pair
        if not item.flow:
            delete_members(self.text, item, gone)
            self.text.replace(key.start, value.end, self._written(value))
        elif "\n" in self.text.text[item.start : item.end]:
            raise OddLayoutError("a mapping in flow style stands in several lines")
        else:
            self.text.replace(item.start, item.end, self._written(value))

    def _add_pair(self, node: SpanNode, pair: str) -> None:
        """Add a key with its value, which stand in one line, at the end of a mapping."""
        if node.flow:
            add_to_flow(self.text, node, [pair])
        else:
            self.text.insert_lines(self.text.next_line(node.end), [" " * node.column + pair])

    def _replace_value(self, value: SpanNode, text: str) -> None:
        blank = " " if self.text.text[value.start - 1] == ":" else ""
        self.text.replace(value.start, value.end, blank + text)

    def _comment_behind(self, item: SpanNode, comment: str) -> None:
        """A comment behind an item of a block list; one that stands there already stays before it."""
        end = item.end if item.text is not None or item.flow else item.pairs[0][1].end
        rest = self.text.line_rest(end)
        if comment.removeprefix("# ") in rest:
            return
        at = end + len(rest.rstrip())
        self.text.replace(at, at, f"; {comment.removeprefix('# ')}" if rest.strip() else f"  {comment}")

    def _add_key(self, facet: Facet, items: Sequence[WrittenItem], dropped: set[str]) -> None:
        """Add a facet's list to an entry that has none."""
        if self.entry.flow:
            self._note_items(facet, items)
        flow = f"{facet.value}: {flow_set(facet, items)}"
        self._insert_key(facet, set_lines(facet, items, self.layout, self.entry.column), flow, dropped)

    def _insert_key(self, facet: Facet, lines: list[str], flow: str, dropped: set[str]) -> None:
        """Put a key behind the last one of those that stand before it in the order of keys."""
        kept = [pair for pair in self.entry.pairs if pair[0].text not in dropped]
        before = [pair for pair in kept if stands_before(pair[0].text or "", facet.value)]
        key, value = (before or kept)[-1]
        if self.entry.flow:
            self.text.replace(max(key.end, value.end), max(key.end, value.end), f", {flow}")
        else:
            self.text.insert_lines(self.text.next_line(value.end), lines)

    def _edit_fields(self, facet: Facet, fields: Fields, dropped: set[str]) -> None:
        """Give fields their values."""
        node = None if facet.value in dropped else self.entry.value(facet.value)
        texts = {name: "null" if value is None else scalar(value) for name, value in fields.items()}
        if node is None:
            self._add_fields(facet, texts, dropped)
            return
        missing = {}
        for name, value in fields.items():
            standing = node.value(name)
            if standing is None:
                missing[name] = texts[name]
            elif standing.plain() != value:
                self._replace_value(standing, texts[name])
        self._add_missing(node, missing)

    def _add_missing(self, node: SpanNode, missing: Mapping[str, str]) -> None:
        pairs = [f"{name}: {text}" for name, text in missing.items()]
        if pairs and node.flow:
            add_to_flow(self.text, node, pairs)
        elif pairs:
            lines = [" " * node.column + pair for pair in pairs]
            self.text.insert_lines(self.text.next_line(node.end), lines)

    def _add_fields(self, facet: Facet, texts: Mapping[str, str], dropped: set[str]) -> None:
        pairs = [f"{name}: {text}" for name, text in texts.items()]
        column = self.entry.column
        inner = " " * (column + self.layout.step)
        lines = [f"{' ' * column}{facet.value}:", *(inner + pair for pair in pairs)]
        self._insert_key(facet, lines, f"{facet.value}: {{{', '.join(pairs)}}}", dropped)

    def _note_items(self, facet: Facet, items: Iterable[WrittenItem]) -> None:
        """Comments of items in a flow, where no comment can stand behind one."""
        self.notes += [
            comment_text(f"{FACETS[facet].noun} {item.name}: {item.comment}")
            for item in items
            if item.comment
        ]

    def _insert_notes(self, before: int) -> None:
        """Put the notes above the line of the key of the first change, but for those that stand there."""
        if not self.notes:
            return
        start = min((splice.start for splice in self.text.splices[before:]), default=self.entry.start)
        at, indent = self._anchor(start)
        above = self._comments_above(at)
        lines = [indent + note for note in self.notes if note not in above]
        if lines:
            self.text.insert_lines(at, lines)
            self.text.splices.insert(before, self.text.splices.pop())

    def _anchor(self, position: int) -> tuple[int, str]:
        """The start of a line in which a key of the entry begins, or a new one will, and its indentation."""
        text = self.text
        if not self.entry.flow:
            for key, value in self.entry.pairs:
                if text.line_start(key.start) <= position < text.next_line(max(key.end, value.end)):
                    start = text.line_start(key.start)
                    return start, _blanks(text.indent(key.start))
            if position > self.entry.start:
                return position, " " * self.entry.column
        start = text.line_start(self.entry.start)
        return start, _blanks(text.indent(self.entry.start))

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


def _item_name(facet: Facet, item: SpanNode) -> str:
    named = item if item.text is not None else item.value(NAME_KEYS[facet])
    return (named.text if named else None) or ""


def _kept(node: SpanNode, gone: set[int]) -> SpanNode:
    """The node with the members that stay, to add behind the last of them."""
    items = [item for place, item in enumerate(node.items) if place not in gone]
    pairs = [pair for place, pair in enumerate(node.pairs) if place not in gone]
    return replace(node, items=items, pairs=pairs)
