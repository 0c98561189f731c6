"""Finds the comments of a text, and the member that each one is about.

Behind something, it is about what ends in that line. In a line of its own, it is about what comes next; or,
where it stands deeper, about the list or mapping that ends above it, as its column tells.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.authoring.spans import SpanNode
from reconcile.authoring.splices import SplicedText

from .members import Collection, CommentLine, Member, MemberTree, is_below_blank

_ITEM, _MORE_OF_ITEM = re.compile(r"#+ ?- "), re.compile(r"#+(?: ?- | {2,})")

_DOCUMENT_START = re.compile(r"^---(?=[ \t\n])", re.MULTILINE)


def comment_places(text: str, scalars: list[SpanNode]) -> Iterator[int]:
    """Where each comment starts: at a number sign that stands in no key and no value."""
    starts, position = [scalar.start for scalar in scalars], text.find("#")
    while position >= 0:
        before = bisect_right(starts, position) - 1
        if before >= 0 and scalars[before].end > position:
            position = text.find("#", scalars[before].end)
        else:
            yield position
            position = text.find("#", text.index("\n", position))


def comment_at(text: SplicedText, position: int) -> str:
    """The comment that starts there, to the end of its line."""
    return text.line_rest(position).rstrip()


def attach_comments(text: SplicedText, tree: MemberTree) -> list[CommentLine]:
    """Give each comment to the member or collection that it is about; returns what heads the document.

    That is the sign that a document starts, ``---``, with all before it.
    """
    attaching = _Attaching(text, tree, [member.start for member in tree.members])
    begin = _DOCUMENT_START.search(text.text, 0, tree.root.node.start + 1)
    head: list[CommentLine] = []
    for position in comment_places(text.text, tree.scalars):
        if begin is not None and position < begin.start():
            head.append(attaching.comment(position))
        else:
            attaching.attach(position)
    return head if begin is None else [*head, CommentLine("---", is_below_blank(text, begin.start()))]


@dataclass(slots=True)
class _Attaching:
    """``latest`` and ``reached``: the member before the last comment, and the collection it was given to."""

    text: SplicedText
    tree: MemberTree
    starts: list[int]
    latest: Member | None = None
    reached: Collection | None = None

    def comment(self, position: int) -> CommentLine:
        return CommentLine(comment_at(self.text, position), is_below_blank(self.text, position))

    def attach(self, position: int) -> None:
        """Give the comment at that position to what it is about."""
        number = bisect_right(self.starts, position) - 1
        member = self.tree.members[number] if number >= 0 else None
        following = self.tree.members[number + 1] if number + 1 < len(self.starts) else None
        if member is None:
            self._give(position, following, self.tree.root)
        elif position < member.value.start and (member.inner is None or member.inner.node.flow):
            member.behind.append(comment_at(self.text, position))
        elif self.text.starts_line(position):
            self._attach_line(position, member, following)
        else:
            self._attach_behind(position, member)

    def _give(self, position: int, following: Member | None, holder: Collection) -> None:
        """To what comes next where it is in the same collection, else to the end of that."""
        next_is_in = following is not None and following.holder is holder
        comments = following.above if following is not None and next_is_in else holder.below
        comments.append(self.comment(position))

    def _attach_behind(self, position: int, member: Member) -> None:
        """To the member that ends in that line: the outermost one whose brackets close there."""
        if self.text.indent(position).startswith("..."):
            self.tree.root.below.append(self.comment(position))
            return
        closed = _after_brackets(member, position)
        if closed is None:
            self.tree.root.below.append(self.comment(position))
        else:
            closed.behind.append(comment_at(self.text, position))

    def _attach_line(self, position: int, member: Member, following: Member | None) -> None:
        if member.inner is not None and member.inner.node.flow and position < member.inner.node.end:
            self._give(position, following, member.inner)
            return
        closed = _after_brackets(member, position)
        if closed is None:
            self.tree.root.below.append(self.comment(position))
        elif closed.holder.node.flow:
            self._give(position, following, closed.holder)
        elif following is not None and following.holder.owner is closed:
            following.above.append(self.comment(position))
        else:
            self._attach_between(position, closed, following)

    def _attach_between(self, position: int, member: Member, following: Member | None) -> None:
        """To the innermost block that ends here and that it stands in by its column; else to what follows.

        No comment goes into a deeper block than the one above it: their order stays.
        """
        outer = self.tree.root if following is None else following.holder
        same_gap = self.latest is member and self.reached is not None
        block = self.reached if same_gap and self.reached is not None else member.holder
        while block is not outer and not self._is_in(position, block, outer):
            if block.owner is None:
                break
            block = block.owner.holder
        self.latest, self.reached = member, block
        if block is outer:
            self._give(position, following, outer)
        else:
            block.below.append(self.comment(position))

    def _is_in(self, position: int, block: Collection, outer: Collection) -> bool:
        """Whether a comment stands in a block by its column.

        A list may stand right below its key, ``- `` at the column of the keys: there is in it what is deeper,
        and what looks like an item that was taken out, with its further lines.
        """
        column = position - self.text.line_start(position)
        if block.node.is_list and block.node.column == outer.node.column:
            taken_out = _MORE_OF_ITEM if self.reached is block else _ITEM
            is_item = taken_out.match(comment_at(self.text, position)) is not None
            return column > block.node.column or (column == block.node.column and is_item)
        return outer.node.column < block.node.column <= column


def _after_brackets(member: Member, position: int) -> Member | None:
    """The member, or the one whose brackets around it are closed before a position; None for the root's."""
    found: Member | None = member
    while found is not None and found.holder.node.flow and found.holder.node.end <= position:
        found = found.holder.owner
    return found
