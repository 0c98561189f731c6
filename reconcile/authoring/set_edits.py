"""Small edits of the text of one list of roles or tags: an item's line goes or comes, its end is replaced."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reconcile.model.edits import SetEdit, WrittenItem
from reconcile.model.facets import FACETS, Facet

from .data_edits import dropped_item_keys, removed_keys, same_moment
from .members import add_to_flow, after_colon, delete_members, empty_flow, member_spans, open_empty
from .new_entries import NAME_KEYS, FileStyle, item_text, set_lines, with_comment
from .scalars import comment_text, moment_text, scalar
from .spans import SpanNode
from .splices import OddLayoutError, SplicedText


@dataclass(frozen=True, slots=True)
class SetText:
    """The text of a list of items, which is the value of ``key``. ``style`` is that of the file."""

    text: SplicedText
    facet: Facet
    key: SpanNode
    node: SpanNode
    style: FileStyle

    def edit(self, edit: SetEdit, *, in_flow: bool) -> list[str]:
        """Add what is to change to the text's splices. ``in_flow`` is how the entry is written.

        Returns the comments of items that can't stand behind them.
        """
        removed, key = removed_keys(self.facet, edit), FACETS[self.facet].item_key
        names = [key(self._name(item)) for item in self.node.items]
        gone = {place for place, name in enumerate(names) if name in removed}
        standing = {
            name: item for name, item in zip(names, self.node.items, strict=True) if name not in removed
        }
        for item in edit.put:
            if key(item.name) in standing:
                self._change_item(standing[key(item.name)], item)
        new = [item for item in edit.put if key(item.name) not in standing]
        if not self.node.items and new and not in_flow:
            self._fill(new)
            return []
        if not self.node.flow:
            self._change_block(gone, new)
            return []
        self._change_flow(gone, new)
        return item_notes(self.facet, edit.put)

    def _name(self, item: SpanNode) -> str:
        named = item if item.text is not None else item.value(NAME_KEYS[self.facet])
        return (named.text if named else None) or ""

    def _fill(self, new: Sequence[WrittenItem]) -> None:
        """Write an empty list anew, behind its key."""
        text, node = self.text, self.node
        _, *lines = set_lines(self.facet, new, self.style, self.key.column)
        if lines:
            open_empty(text, self.key, node)
            text.insert_lines(text.next_line(node.end), lines)
        else:
            add_to_flow(text, node, [item_text(self.facet, item) for item in new])

    def _change_flow(self, gone: set[int], new: Sequence[WrittenItem]) -> None:
        node, texts = self.node, [item_text(self.facet, item) for item in new]
        if not gone or len(gone) < len(node.items):
            delete_members(self.text, node, gone)
            if texts:
                add_to_flow(self.text, kept_members(node, gone), texts)
        elif not texts:
            empty_flow(self.text, node)
        elif "#" in self.text.text[node.start : node.end]:
            raise OddLayoutError("a comment stands in a list that is written anew")
        else:
            self.text.replace(node.start + 1, node.end - 1, ", ".join(texts))

    def _change_block(self, gone: set[int], new: Sequence[WrittenItem]) -> None:
        text, node = self.text, self.node
        spans = member_spans(text, node)
        if len(gone) == len(spans) and not new:
            colon = after_colon(text, self.key)
            text.replace(colon, colon, " []")
        for place in sorted(gone):
            text.delete_lines(*spans[place])
        lead = f"{' ' * node.column}{self._dash(spans[-1][0], node.items[-1])}"
        lines = [with_comment(lead + item_text(self.facet, item), comment_text(item.comment)) for item in new]
        if lines:
            text.insert_lines(text.next_line(node.end), lines)

    def _dash(self, dash: int, item: SpanNode) -> str:
        """A dash with the blanks behind it, as the item has them."""
        written = self.text.text[dash : item.start]
        return written if written.strip() == "-" and "\n" not in written else "- "

    def _change_item(self, item: SpanNode, put: WrittenItem) -> None:
        """Give an item that stands there its end, and its comment."""
        if item.text is None:
            self._change_window(item, put)
        elif put.expires is not None:
            pair = f"{NAME_KEYS[self.facet]}: {self._written(item)}"
            self.text.replace(item.start, item.end, f"{{{pair}, expires: {moment_text(put.expires)}}}")
        if put.comment and not self.node.flow:
            self._comment_behind(item, comment_text(put.comment).removeprefix("# "))

    def _written(self, item: SpanNode) -> str:
        """A name as it is spelt, fit for a flow and for a block."""
        written = self.text.text[item.start : item.end]
        is_safe = written[:1] in ("'", '"') or not any(sign in ",:#[]{}\\" for sign in written)
        return written if is_safe and "\n" not in written else scalar(item.text or "")

    def _change_window(self, item: SpanNode, put: WrittenItem) -> None:
        """Replace, add or delete the end of a mapping's window, and delete keys."""
        dropped = dropped_item_keys(put)
        gone = {place for place, (key, _) in enumerate(item.pairs) if key.text in dropped}
        kept, expires = kept_members(item, gone), item.value("expires")
        if put.expires is None and gone and len(kept.pairs) == 1:
            self._unwrap(item, kept.pairs[0], gone)
            return
        delete_members(self.text, item, gone)
        if put.expires is None:
            return
        if expires is None:
            add_pairs(self.text, kept, [f"expires: {moment_text(put.expires)}"])
        elif not same_moment(expires.text or "", put.expires):
            replace_value(self.text, expires, moment_text(put.expires))

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

    def _comment_behind(self, item: SpanNode, words: str) -> None:
        """A comment behind an item of a block list; one that stands there already stays before it."""
        end = item.end if item.text is not None or item.flow else item.pairs[0][1].end
        rest = self.text.line_rest(end)
        if f"; {words}; " in f"; {rest.strip().removeprefix('#').strip()}; ":
            return
        at = end + len(rest.rstrip())
        self.text.replace(at, at, f"; {words}" if rest.strip() else f"  # {words}")


def item_notes(facet: Facet, items: Sequence[WrittenItem]) -> list[str]:
    """Comments of items in flow style, with the item that each is about."""
    noun = FACETS[facet].noun
    return [comment_text(f"{noun} {item.name}: {item.comment}") for item in items if item.comment]


def kept_members(node: SpanNode, gone: set[int]) -> SpanNode:
    """The node with the members that stay, to add behind the last of them."""
    items = [item for place, item in enumerate(node.items) if place not in gone]
    pairs = [pair for place, pair in enumerate(node.pairs) if place not in gone]
    return replace(node, items=items, pairs=pairs)


def add_pairs(text: SplicedText, node: SpanNode, pairs: Sequence[str]) -> None:
    """Add keys with their values, each pair in one line, at the end of a mapping."""
    if node.flow and pairs:
        add_to_flow(text, node, pairs)
    elif pairs:
        text.insert_lines(text.next_line(node.end), [" " * node.column + pair for pair in pairs])


def replace_value(text: SplicedText, value: SpanNode, new: str) -> None:
    """Put a text in the place of a value, which may be nothing right behind its colon."""
    blank = " " if text.text[value.start - 1] == ":" else ""
    text.replace(value.start, value.end, blank + new)
