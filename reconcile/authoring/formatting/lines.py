"""Lays members out as lines: what was in brackets stays so where it fits, all else stands in blocks."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.authoring.new_entries import WIDTH, with_comment

from .members import Collection, CommentLine, Member
from .value_layout import ValueLayout
from .values import takes_no_comment, value_lines, value_text

STEP = 2
"""Number of columns that a block stands deeper than what it is in."""


@dataclass(frozen=True, slots=True)
class LineLayout:
    """Lays out what stands in that text."""

    text: str

    def block(self, collection: Collection, column: int, layout: ValueLayout) -> list[str]:
        """A list or mapping in lines, from that column on."""
        lines: list[str] = []
        was_tall = False
        for member in _ordered(collection, layout):
            comments, own = self._member(member, column, layout)
            is_tall = collection.owner is None or len(own) > 1
            has_blank = member.blank or any(comment.blank for comment in comments)
            if layout.in_blocks and (is_tall or was_tall) and not has_blank and lines:
                lines.append("")
            lines += comment_lines(comments, column, is_first=not lines)
            lines += [""] if member.blank and lines else []
            lines += own
            was_tall = is_tall
        return lines + comment_lines(collection.below, column, is_first=not lines)

    def _member(
        self, member: Member, column: int, layout: ValueLayout
    ) -> tuple[list[CommentLine], list[str]]:
        """The comments above a member, and its own lines."""
        layout = layout.of(_name(member))
        lead = f"{' ' * column}{value_text(self.text, member.key)}:" if member.key else f"{' ' * column}-"
        text = self._inline(member, layout)
        inner = member.inner if member.inner and member.inner.members else None
        if inner is None:
            return self._scalar(member, lead, text, column)
        if text is not None and not layout.in_blocks and len(lead) + 1 + len(text) <= WIDTH:
            return _with_behind(member.above, [f"{lead} {text}"], member.behind)
        if member.key is None:
            return self._item(member, inner, column, layout)
        inner.below += [CommentLine(comment) for comment in member.behind[1:]]
        lines = [lead, *self.block(inner, column + STEP, layout)]
        return _with_behind(member.above, lines, member.behind[:1])

    def _scalar(
        self, member: Member, lead: str, text: str | None, column: int
    ) -> tuple[list[CommentLine], list[str]]:
        """A value, or an empty list or mapping, whose comments stand behind it or above."""
        inside = member.inner.below if member.inner else []
        behind = [*member.behind, *(comment.text for comment in inside)]
        if text is not None:
            return _with_behind(member.above, [f"{lead} {text}"], behind)
        outer = member.holder.node.column
        first, *rest = value_lines(self.text, member.value, outer, column + STEP)
        lines = [f"{lead} {first}", *rest]
        if takes_no_comment(self.text, member.value):
            return [*member.above, *map(CommentLine, behind)], lines
        return _with_behind(member.above, lines, behind)

    def _item(
        self, member: Member, inner: Collection, column: int, layout: ValueLayout
    ) -> tuple[list[CommentLine], list[str]]:
        """A mapping behind its dash; the comments that would come between stand above."""
        first = next(_ordered(inner, layout))
        if not first.behind:
            first.behind, member.behind = member.behind[:1], member.behind[1:]
        first.blank = False
        lines = self.block(inner, column + STEP, layout)
        own = next(number for number, line in enumerate(lines) if line and line.lstrip()[0] != "#")
        above = [CommentLine(line.strip()) for line in lines[:own] if line]
        lines[own] = f"{' ' * column}- {lines[own][column + STEP :]}"
        return [*member.above, *map(CommentLine, member.behind), *above], lines[own:]

    def _inline(self, member: Member, layout: ValueLayout) -> str | None:
        """The value on one line; None where it has comments or several lines, or stands in a block."""
        inner = member.inner
        if inner is None:
            return value_text(self.text, member.value, is_bare=layout.is_bare)
        if not inner.members:
            return "[]" if inner.node.is_list else "{}"
        if not inner.node.flow or inner.below:
            return None
        texts = []
        for one in _ordered(inner, layout):
            text = None if one.above or one.behind else self._inline(one, layout.of(_name(one)))
            if text is None or (one.inner is not None and one.inner.below):
                return None
            texts.append(f"{value_text(self.text, one.key)}: {text}" if one.key else text)
        return f"[{', '.join(texts)}]" if inner.node.is_list else f"{{{', '.join(texts)}}}"


def _with_behind(
    above: list[CommentLine], lines: list[str], comments: list[str]
) -> tuple[list[CommentLine], list[str]]:
    """A line has room for one comment behind it, the last; the others stand above."""
    if comments:
        place = -1 if len(lines) > 1 and lines[0][-1:] != ":" else 0
        lines[place] = with_comment(lines[place], comments[-1])
    return [*above, *map(CommentLine, comments[:-1])], lines


def _name(member: Member) -> str | None:
    return member.key.text if member.key else None


def _ordered(collection: Collection, layout: ValueLayout) -> Iterator[Member]:
    """The members, the keys of a mapping in their canonical order."""
    if not layout.order or collection.node.is_list:
        return iter(collection.members)
    last = len(layout.order)
    return iter(sorted(collection.members, key=lambda member: layout.order.get(_name(member) or "", last)))


def comment_lines(comments: list[CommentLine], column: int, *, is_first: bool) -> list[str]:
    """Comments in lines of their own, each below a blank line where it was, but for the first of a block."""
    lines: list[str] = []
    for comment in comments:
        lines += [""] if comment.blank and (lines or not is_first) else []
        lines.append(f"{' ' * column}{comment.text}")
    return lines
