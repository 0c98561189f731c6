"""How new bundles and entries are laid out: one way, the same for one contact and for ten thousand.

Block style, since a difference is reviewed line by line; a list of bare names stands on one line where it
fits. A blank line stands between entries, so that a new one changes no line of its neighbours.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconcile.model.edits import NewBundle, NewEntry, WrittenItem
from reconcile.model.facets import Facet

from .scalars import comment_text, key_text, moment_text, name_text

WIDTH = 100
"""Maximum number of columns of a line that holds a list or a comment behind a value."""

_ID = re.compile("[1-9][0-9]{0,19}", re.ASCII)

NAME_KEYS = {Facet.ROLES: "reference", Facet.TAGS: "value"}
"""The key that names an item which says more than its name."""


@dataclass(frozen=True, slots=True)
class FileStyle:
    """The habits of a file, in columns.

    ``dash`` is where the dash of an entry stands, ``keys`` how far its keys stand from there, ``items`` how
    far the dash of an item stands from the key of its list, ``step`` how far the keys of a mapping stand in
    it. ``spaced`` is True where a blank line stands between entries, ``flow`` where an entry is one line in
    flow style if it fits.
    """

    dash: int = 2
    keys: int = 2
    items: int = 2
    step: int = 2
    spaced: bool = True
    flow: bool = False


def item_text(facet: Facet, item: WrittenItem) -> str:
    """An item of a list: its name, or a mapping in flow style with the end of its window."""
    if item.expires is None:
        return name_text(item.name)
    return f"{{{NAME_KEYS[facet]}: {name_text(item.name)}, expires: {moment_text(item.expires)}}}"


def set_lines(facet: Facet, items: Sequence[WrittenItem], style: FileStyle, column: int) -> list[str]:
    """A facet's key with its list, from that column on."""
    texts = [(item_text(facet, item), comment_text(item.comment)) for item in items]
    bare = all(item.expires is None and not comment for item, (_, comment) in zip(items, texts, strict=True))
    return _list_lines(facet.value, texts, style, column, one_line=bare)


def _list_lines(
    key: str, items: Sequence[tuple[str, str]], style: FileStyle, column: int, *, one_line: bool
) -> list[str]:
    """A key with a list of items, each with its comment; on one line where it may be and fits."""
    line = f"{' ' * column}{key}: [{', '.join(text for text, _ in items)}]"
    if not items or (one_line and len(line) <= WIDTH):
        return [line]
    dash = f"{' ' * (column + style.items)}- "
    lines = [f"{' ' * column}{key}:"]
    for text, comment in items:
        first, *rest = _item_lines(dash, text)
        lines += [with_comment(first, comment), *rest]
    return lines


def _item_lines(dash: str, text: str) -> list[str]:
    """An item behind its dash; a mapping that does not fit gets a line for each key."""
    line = dash + text
    if len(line) <= WIDTH or not text.startswith("{"):
        return [line]
    name, expires = text[1:-1].rsplit(", ", 1)
    return [dash + name, f"{' ' * len(dash)}{expires}"]


def with_comment(line: str, comment: str) -> str:
    """A line with a comment behind it."""
    return f"{line}  {comment}" if comment else line


def entry_lines(entry: NewEntry, style: FileStyle) -> list[str]:
    """A new entry as lines, with its dash; a comment that is too long for the first line stands above."""
    line = f"{' ' * style.dash}- {flow_entry(entry)}"
    if style.flow and not _has_comments(entry) and len(line) <= WIDTH:
        return [line]
    column = style.dash + style.keys
    lines = [*_identity_lines(entry, column), *_content_lines(entry, style, column)]
    lines[0] = f"{' ' * style.dash}-{lines[0][style.dash + 1 :]}"
    comment = comment_text(entry.comment)
    if len(behind := with_comment(lines[0], comment)) <= WIDTH:
        return [behind, *lines[1:]]
    return [f"{' ' * style.dash}{comment}", *lines]


def _has_comments(entry: NewEntry) -> bool:
    return bool(entry.comment) or any(item.comment for _, items in entry_sets(entry) for item in items)


def _identity_lines(entry: NewEntry, column: int) -> list[str]:
    return [f"{' ' * column}{key}: {text}" for key, text in _identity(entry)]


def _identity(entry: NewEntry) -> list[tuple[str, str]]:
    """Who is meant; digits need no quotes as an id."""
    if entry.id is not None and not _ID.fullmatch(entry.id):
        raise ValueError(f"{entry.id!r} is no contact's id")
    named = (("id", entry.id), ("reference", entry.reference), ("email", entry.email))
    identity = [
        (key, value if key == "id" else name_text(value)) for key, value in named if value is not None
    ]
    if not identity:
        raise ValueError("an entry needs an id, a reference or an e-mail address")
    return identity


def _content_lines(entry: NewEntry, style: FileStyle, column: int) -> list[str]:
    names = [(name_text(name), "") for name in entry.bundles]
    bundles = _list_lines("bundles", names, style, column, one_line=True) if names else []
    sets = [line for facet, items in entry_sets(entry) for line in set_lines(facet, items, style, column)]
    return [*bundles, *sets]


def entry_sets(entry: NewEntry) -> list[tuple[Facet, tuple[WrittenItem, ...]]]:
    """The lists that an entry declares."""
    sets = ((Facet.ROLES, entry.roles), (Facet.TAGS, entry.tags))
    return [(facet, items) for facet, items in sets if items is not None]


def flow_entry(entry: NewEntry) -> str:
    """A new entry in flow style, for a list that is written so; its comments are the caller's."""
    parts = [
        *_identity(entry),
        *([("bundles", flow_list(map(name_text, entry.bundles)))] if entry.bundles else []),
        *((facet.value, flow_set(facet, items)) for facet, items in entry_sets(entry)),
    ]
    return f"{{{', '.join(f'{key}: {text}' for key, text in parts)}}}"


def flow_set(facet: Facet, items: Iterable[WrittenItem]) -> str:
    """A facet's list in flow style."""
    return flow_list(item_text(facet, item) for item in items)


def flow_list(texts: Iterable[str]) -> str:
    """``[a, b]``."""
    return f"[{', '.join(texts)}]"


def bundle_lines(bundle: NewBundle, style: FileStyle, column: int) -> list[str]:
    """A new bundle as lines, its name at that column."""
    inner = column + style.step
    sets = [(facet, items) for facet, items in _bundle_sets(bundle) if items]
    if not sets:
        raise ValueError(f"the bundle {bundle.name!r} has neither roles nor tags")
    lines = [line for facet, items in sets for line in set_lines(facet, items, style, inner)]
    return [f"{' ' * column}{key_text(bundle.name)}:", *lines]


def flow_bundle(bundle: NewBundle) -> str:
    """``name: {roles: […]}``: a new bundle in flow style."""
    parts = [f"{facet.value}: {flow_set(facet, items)}" for facet, items in _bundle_sets(bundle) if items]
    return f"{key_text(bundle.name)}: {{{', '.join(parts)}}}"


def _bundle_sets(bundle: NewBundle) -> tuple[tuple[Facet, tuple[WrittenItem, ...]], ...]:
    return ((Facet.ROLES, bundle.roles), (Facet.TAGS, bundle.tags))


def entries_lines(entries: Sequence[NewEntry], style: FileStyle) -> list[str]:
    """New entries one after another, as spaced as the style says."""
    lines: list[str] = []
    for number, entry in enumerate(entries):
        lines += [""] if number and style.spaced else []
        lines += entry_lines(entry, style)
    return lines


def bundles_lines(bundles: Sequence[NewBundle], style: FileStyle, column: int) -> list[str]:
    """New bundles one after another, each after a blank line but for the first."""
    lines: list[str] = []
    for number, bundle in enumerate(bundles):
        lines += [""] if number else []
        lines += bundle_lines(bundle, style, column)
    return lines
