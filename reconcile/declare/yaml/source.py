"""The text of a file: decoded, and without what deceives its readers where no value stands."""

import os
import re
from pathlib import Path

from reconcile.declare import rules
from reconcile.declare.problems import Position, ProblemList, RefusedNode
from reconcile.text import character_name

_HIDDEN = re.compile(
    "(?P<ends>\r(?!\n)|[\x85\u2028\u2029])|(?P<indents>(?<=[\n\r])\ufeff)|[\u202a-\u202e\u2066-\u2069]"
)
"""What YAML ends a line with, or counts as a blank before it, and an editor may not; and what shows text in
another order than it stands.

The first makes a key of what looks like the rest of a comment, the second puts it into another mapping, the
last makes a comment of what looks like a key.
"""

_EFFECTS = {
    "ends": "ends the line for YAML, but not for every reader",
    "indents": "indents the line for YAML, but not for every reader",
    None: "changes the order in which this is read",
}

BYTE_ORDER_MARK = "\ufeff"
"""Files that editors and ``cat`` have put together start with several; YAML counts all but the first."""

LINK_OUTSIDE = "this link leads out of the folder; put the file itself here"

_CONFLICT_MARKER = re.compile(r"^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
"""A line that Git writes into a file that it could not merge, each sign in its turn; ``|||||||`` by diff3."""


def leads_out(path: Path, folder: Path) -> bool:
    """True for a link that leads out of the folder; a checkout's author must choose no file outside of it."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def refuse_link_outside(path: Path, problems: ProblemList) -> bool:
    """True, and a problem, for a file that is a link out of its own folder."""
    outside = leads_out(path, path.parent)
    if outside:
        problems.add(rules.LINK_OUTSIDE, None, LINK_OUTSIDE)
    return outside


def read_bytes(path: Path, problems: ProblemList) -> bytes | None:
    """The bytes of a file; None, and a problem, when it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"this file can't be read: {error.strerror}; check its permissions"
        problems.add(rules.UNREADABLE, None, message)
        return None


def decode(data: bytes | None, problems: ProblemList) -> str | None:
    """The text of a file's bytes; None, and a problem, when they are no UTF-8."""
    if data is None:
        return None
    try:
        return data.decode().lstrip(BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode().lstrip(BYTE_ORDER_MARK)
        problems.add(rules.NOT_UTF8, node_after(before), "this is not UTF-8; save the file as UTF-8")
        return None


def refuse_conflicts(text: str, problems: ProblemList) -> bool:
    """True when a merge conflict stands in the file: one problem for each, where it begins.

    Within brackets and quotes YAML takes the markers for text: both sides and they would become items.
    """
    if not any(sign * 7 in text for sign in "<|=>"):
        return False
    found = inside = False
    for match in _CONFLICT_MARKER.finditer(text.replace("\r\n", "\n")):
        if match[0][0] == "<" or not inside:
            message = "a merge conflict stands here; keep one side and delete the markers"
            line = match.string.count("\n", 0, match.start())
            problems.add(rules.MERGE_CONFLICT, RefusedNode(Position(line, 0)), message)
        found, inside = True, match[0][0] != ">"
    return found


def refuse_hidden(text: str, problems: ProblemList) -> None:
    """Add a problem for the first such character of a file. Only whole values are looked at elsewhere."""
    match = _HIDDEN.search(text)
    if match is not None:
        effect = _EFFECTS[match.lastgroup]
        message = f"{character_name(match[0])} stands here and {effect}; delete it"
        problems.add(rules.CONTROL_CHARACTER, node_after(text[: match.start()]), message)


def node_after(text: str) -> RefusedNode:
    """A node at the character that follows that text."""
    return RefusedNode(Position(text.count("\n"), len(text) - (text.rfind("\n") + 1)))
