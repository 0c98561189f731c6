"""Adds and deletes members of lists and mappings in a text, in the style in which they are written there."""

from collections.abc import Sequence
from itertools import pairwise

from .spans import SpanNode
from .splices import OddLayoutError, SplicedText

Span = tuple[int, int]


def member_spans(text: SplicedText, node: SpanNode) -> list[Span]:
    """Where each member starts and ends; one of a block list starts with its dash."""
    if not node.is_list:
        return [(key.start, max(key.end, value.end)) for key, value in node.pairs]
    if node.flow:
        return [(item.start, item.end) for item in node.items]
    spans, dash = [], node.start
    for item in node.items:
        if text.text[dash] != "-":
            raise OddLayoutError("no dash stands before an item")
        spans.append((dash, item.end))
        dash = text.after_gap(item.end)
    return spans


def delete_members(text: SplicedText, node: SpanNode, gone: set[int]) -> None:
    """Delete members, not all of them, with the comments behind them; comments in lines of their own stay."""
    if gone and node.flow:
        _delete_in_flow(text, member_spans(text, node), gone)
    elif gone:
        _delete_in_block(text, member_spans(text, node), gone)


def _leading(gone: set[int]) -> int:
    """The number of members at the start that all go."""
    number = 0
    while number in gone:
        number += 1
    return number


def _delete_in_block(text: SplicedText, spans: list[Span], gone: set[int]) -> None:
    """Whole lines; members that share their first line with what stands before them give it to the next."""
    leading = 0 if text.starts_line(spans[0][0]) else _leading(gone)
    if leading:
        _delete_leading(text, spans, leading)
    for number in sorted(gone):
        if number >= leading:
            start, end = spans[number]
            if not text.starts_line(start):
                raise OddLayoutError("a member does not start its line")
            text.delete_lines(start, end)


def _delete_leading(text: SplicedText, spans: list[Span], number: int) -> None:
    """Delete the members behind a dash; comments below them move above it."""
    start, following = spans[0][0], spans[number][0]
    if not text.starts_line(following):
        raise OddLayoutError("a member does not start its line")
    comments = [
        line
        for (_, end), (below, _) in pairwise(spans[: number + 1])
        for line in text.text[text.next_line(end) : text.line_start(below)].splitlines()
        if line.strip()
    ]
    if comments:
        text.insert_lines(text.line_start(start), comments)
    text.replace(start, following, "")


def _delete_in_flow(text: SplicedText, spans: list[Span], gone: set[int]) -> None:
    """With one comma each; a member that has its lines to itself goes with them."""
    leading = _leading(gone)
    for number in sorted(gone):
        start, end = spans[number]
        if _has_own_lines(text, start, end):
            text.delete_lines(start, end)
        elif number < leading:
            _delete_gapless(text, start, spans[number + 1][0], end, spans[number + 1][0])
        else:
            before = spans[number - 1][1]
            _delete_gapless(text, before, end, before, start)


def _delete_gapless(text: SplicedText, start: int, end: int, gap_start: int, gap_end: int) -> None:
    if "#" in text.text[gap_start:gap_end]:
        raise OddLayoutError("a comment stands between two members")
    text.replace(start, end, "")


def _has_own_lines(text: SplicedText, start: int, end: int) -> bool:
    """True when nothing but a comma and a comment stands in the lines of a member of a flow."""
    rest = text.line_rest(end).lstrip(" ").removeprefix(",").lstrip(" ")
    return text.starts_line(start) and (not rest or rest.startswith("#"))


def add_to_flow(text: SplicedText, node: SpanNode, members: Sequence[str]) -> None:
    """Add members at the end of a flow list or mapping, each in its own line where they have one.

    A member may have lines of comments above it. Then it starts a line in any case.
    """
    spans = member_spans(text, node)
    if not spans:
        _fill_flow(text, node, members)
        return
    start, end = spans[-1]
    if text.starts_line(start):
        _add_lines(text, start, end, members)
    else:
        indent = f"{text.newline}{_indent(text, node)}"
        text.replace(end, end, "".join(f",{_on_line(member, indent)}" for member in members))


def _add_lines(text: SplicedText, start: int, end: int, members: Sequence[str]) -> None:
    """Add members in lines of their own behind the last one, whose comma may stand there already."""
    comma = text.after_gap(end)
    has_comma = text.text[comma] == ","
    lines = [text.indent(start) + line for member in members for line in f"{member},".split("\n")]
    lines[-1] = lines[-1] if has_comma else lines[-1].removesuffix(",")
    if not has_comma:
        text.replace(end, end, ",")
    if _has_own_lines(text, start, end) and (not has_comma or comma < text.next_line(end)):
        text.insert_lines(text.next_line(end), lines)
    else:
        behind = comma + has_comma
        text.replace(behind, behind, "".join(text.newline + line for line in lines))


def _on_line(member: str, line_end: str) -> str:
    """A member behind a comma, on the same line if it has no lines of comments."""
    return line_end + member.replace("\n", line_end) if "\n" in member else f" {member}"


def _indent(text: SplicedText, node: SpanNode) -> str:
    """The indentation of the line of a list and two blanks more, which is deeper than what holds it."""
    line = text.indent(node.start)
    return line[: len(line) - len(line.lstrip(" "))] + "  "


def _fill_flow(text: SplicedText, node: SpanNode, members: Sequence[str]) -> None:
    """Fill an empty list or mapping; comments in it stay before its members."""
    indent = f"{text.newline}{_indent(text, node)}"
    joined = ",".join(_on_line(member, indent) for member in members)
    start = node.end - 1 if "#" in text.text[node.start : node.end] else node.start + 1
    text.replace(start, node.end - 1, joined.removeprefix(" "))


def empty_flow(text: SplicedText, node: SpanNode) -> None:
    """Delete all members of a list in flow style; comments in lines of their own stay."""
    inner = text.text[node.start + 1 : node.end - 1]
    if not any(line.lstrip().startswith("#") for line in inner.split("\n")):
        text.replace(node.start + 1, node.end - 1, "")
        return
    for start, end in member_spans(text, node):
        if not _has_own_lines(text, start, end):
            raise OddLayoutError("members share their lines")
        text.delete_lines(start, end)


def open_empty(text: SplicedText, key: SpanNode, node: SpanNode) -> None:
    """Take the signs of an empty list or mapping away: lines below fill it. Comments in it stay."""
    if "#" not in text.text[node.start : node.end]:
        text.replace(after_colon(text, key), node.end, "")
        return
    text.replace(after_colon(text, key), node.start + 1, "")
    if text.starts_line(node.end - 1) and not text.line_rest(node.end).strip():
        text.delete_lines(node.end - 1, node.end - 1)
    else:
        text.replace(node.end - 1, node.end, "")


def after_colon(text: SplicedText, key: SpanNode) -> int:
    """The position behind the colon of a key."""
    colon = text.after_gap(key.end)
    if text.text[colon] != ":":
        raise OddLayoutError("no colon stands behind a key")
    return colon + 1
