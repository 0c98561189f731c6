"""Laws of the canonical layout: once is enough, the same is declared, and no comment goes astray."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconcile.authoring.file_text import edited_text
from reconcile.authoring.formatting.layout import canonical_text
from reconcile.authoring.spans import read_spans
from reconcile.declare.loader import problems_of_file
from reconcile.model.edits import FileEdit, NewBundle, NewEntry, WrittenItem
from reconcile.model.facets import Facet
from reconcile.model.problem import Place
from tests.authoring.test_properties import item_lists, names, new_entries, numbered
from tests.support.declared_edits import FILE, declared, entry_places, problems_in
from tests.support.written_layouts import WrittenFile, entry_edits, written_files

_COMMENT = re.compile(r"# (?:c\d+|head)\b[^\r\n]*")

_NOWHERE = Place("")


def without_places(value: Any) -> Any:
    """A declaration without what depends on the layout."""
    if isinstance(value, Place):
        return _NOWHERE
    if isinstance(value, tuple | list):
        return [without_places(one) for one in value]
    if isinstance(value, dict):
        return {key: without_places(one) for key, one in value.items()}
    if hasattr(type(value), "__dataclass_fields__"):
        return type(value).__name__, {
            name: without_places(getattr(value, name)) for name in type(value).__dataclass_fields__
        }
    return value


def comments_in(text: str) -> list[str]:
    return [comment.rstrip() for comment in _COMMENT.findall(text)]


def bounds(text: str) -> dict[str, tuple[int, int]]:
    """For each comment, how many entries have ended before it, and how many have started."""
    root = read_spans(text.lstrip("\ufeff"))
    assert root is not None
    contacts = root.value("contacts")
    assert contacts is not None
    found = {}
    for match in _COMMENT.finditer(text.lstrip("\ufeff")):
        if text.lstrip("\ufeff")[: match.start()].rstrip(" ").endswith("]"):
            continue  # it is about the whole list, and stands behind its key where that is opened
        ended = sum(entry.end <= match.start() for entry in contacts.items)
        started = sum(entry.start <= match.start() for entry in contacts.items)
        found[match[0].rstrip()] = ended, started
    return found


def check_laws(text: str) -> None:
    laid_out = canonical_text(text)
    assert canonical_text(laid_out) == laid_out
    assert problems_in(laid_out) == []
    assert without_places(declared(laid_out)) == without_places(declared(text))
    assert Counter(comments_in(laid_out)) == Counter(comments_in(text))
    now, then = bounds(laid_out), bounds(text)
    for comment in {*now} & {*then}:
        assert then[comment][0] <= now[comment][1]
        assert now[comment][0] <= then[comment][1]
    lines = laid_out.split("\r\n" if "\r\n" in laid_out else "\n")
    assert not any(line != line.rstrip() for line in lines)
    assert not any(one == other == "" for one, other in pairwise(lines))
    assert lines[-1] == ""


@settings(max_examples=40)
@given(written_files())
def test_a_layout_says_the_same_with_the_same_comments(file: WrittenFile) -> None:
    """Of any file: to our loader, and each comment stays with its entry."""
    check_laws(file.text)


BEFORE = [
    text.replace("\r\n", "\n")
    for folder in ("formatting", "authoring")
    for path in sorted((Path(__file__).parent.parent / "cases" / folder).glob("*.yaml"))
    if (text := yaml.safe_load(path.read_text(encoding="utf-8")).get("before"))
]


@settings(max_examples=80)
@given(st.sampled_from(BEFORE), st.data())
def test_a_comment_may_stand_anywhere(text: str, data: st.DataObject) -> None:
    """Behind any line or in one of its own, in any column: a layout is known that keeps it."""
    lines = text.rstrip("\n").split("\n")
    place, own_line = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.booleans())
    if own_line:
        lines.insert(place, f"{' ' * data.draw(st.integers(0, 8))}# c1")
    else:
        lines[place] += " # c1"
    commented = "\n".join(lines) + "\n"
    assume(not problems_of_file(commented.encode(), FILE))
    laid_out = canonical_text(commented)
    assert laid_out.count("# c1") == 1
    assert problems_of_file(laid_out.encode(), FILE) == []


@pytest.mark.long
@settings(max_examples=200)
@given(written_files())
def test_many_layouts_say_the_same_with_the_same_comments(file: WrittenFile) -> None:
    """The same for more files."""
    check_laws(file.text)


@settings(max_examples=40)
@given(st.lists(new_entries, min_size=1, max_size=4).map(numbered), item_lists(Facet.TAGS), names)
def test_what_an_import_writes_is_laid_out(
    entries: tuple[NewEntry, ...], tags: tuple[WrittenItem, ...], name: str
) -> None:
    """A new file, whatever customers have typed."""
    bundles = (NewBundle(name, tags=tags),) if tags else ()
    text = edited_text(None, FileEdit(FILE, bundles, entries), head=("# head",))
    assert canonical_text(text) == text


@settings(max_examples=20)
@given(st.data(), written_files())
def test_an_edit_keeps_a_canonical_file_canonical(data: st.DataObject, file: WrittenFile) -> None:
    """Of an import, or of drift that is adopted."""
    text = canonical_text(file.text)
    edits = tuple(data.draw(entry_edits(place)) for place in entry_places(text))
    added = (NewEntry(email="new@example.com", comment="New", roles=(WrittenItem("x", comment="said so"),)),)
    changed = edited_text(text, FileEdit(FILE, added=added, edited=edits))
    assert canonical_text(changed) == changed


@pytest.mark.long
def test_a_large_file_is_laid_out_in_seconds() -> None:
    """Ten thousand entries, laid out otherwise and laid out already."""
    entry = "- roles: [ customer,press ]   # c\n  email: 'p{0}@example.com'\n"
    text = "contacts:\n" + "".join(entry.format(number) for number in range(10_000))
    start = process_time()
    laid_out = canonical_text(text)
    between = process_time()
    assert canonical_text(laid_out) == laid_out
    assert between - start < 12
    assert process_time() - between < 5
