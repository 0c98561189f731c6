"""What is laid out: the members of lists and mappings, each with the comments about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from reconcile.authoring.spans import SpanNode
from reconcile.authoring.splices import SplicedText


@dataclass(slots=True)
class CommentLine:
    """A comment in a line of its own. ``blank`` is True where a blank line stands above it."""

    text: str
    blank: bool = False


@dataclass(slots=True, eq=False)
class Collection:
    """A list or a mapping. ``below`` are the comments after its last member that are still about it."""

    node: SpanNode
    owner: "Member | None"
    members: "list[Member]" = field(default_factory=list)
    below: list[CommentLine] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Member:
    """An item of a list, or a key of a mapping with its value.

    ``start`` is where its key, its dash or its item in brackets starts. ``inner`` is its value where that is
    a list or a mapping. ``above`` are the comments in lines of their own before it, ``behind`` those that
    share a line with it. ``blank`` is True where a blank line stands right above its own line.
    """

    start: int
    key: SpanNode | None
    value: SpanNode
    holder: Collection
    blank: bool
    inner: Collection | None = None
    above: list[CommentLine] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


@dataclass(slots=True)
class MemberTree:
    """The root of a text, all members in the order in which they start, and the spans of all scalars."""

    root: Collection
    members: list[Member] = field(default_factory=list)
    scalars: list[SpanNode] = field(default_factory=list)


def read_members(text: SplicedText, root: SpanNode) -> MemberTree:
    """The members of a text, still without its comments."""
    tree = MemberTree(Collection(root, None))
    _fill(text, tree, tree.root)
    return tree


def _fill(text: SplicedText, tree: MemberTree, collection: Collection) -> None:
    for start, key, value in _children(text, collection.node):
        member = Member(start, key, value, collection, is_below_blank(text, start))
        collection.members.append(member)
        tree.members.append(member)
        if key is not None:
            tree.scalars.append(key)
        if value.text is not None:
            tree.scalars.append(value)
        else:
            member.inner = Collection(value, member)
            _fill(text, tree, member.inner)


def _children(text: SplicedText, node: SpanNode) -> Iterator[tuple[int, SpanNode | None, SpanNode]]:
    """Where each member starts, its key and its value; an item of a block list starts with its dash."""
    for key, value in node.pairs:
        yield key.start, key, value
    dash = node.start
    for item in node.items:
        yield (item.start if node.flow else dash), None, item
        dash = dash if node.flow else text.after_gap(item.end)


def is_below_blank(text: SplicedText, position: int) -> bool:
    """True when what starts there starts its line, and the line above is blank."""
    start = text.line_start(position)
    if start == 0 or text.text[start:position].strip(" \t"):
        return False
    return not text.text[text.line_start(start - 1) : start].strip()
