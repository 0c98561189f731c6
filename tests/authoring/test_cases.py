"""Writing by example: each file in ``tests/cases/authoring`` holds a text, an edit, and the text after it.

A case has a ``claim`` (what it shows), ``before`` (nothing for a file that does not exist), ``edit`` and
``after``. In an edit an entry is named by its number in the file (``entry: 1``); all else is as in
``model.edits``, where an item that has only a name is that name.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile.authoring.file_text import _spliced, edited_text
from reconcile.authoring.round_trip import round_trip_entry
from reconcile.authoring.spans import read_spans
from tests.support.declared_edits import entry_places, file_edit, problems_in

CASES = Path(__file__).parent.parent / "cases" / "authoring"

NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("name", NAMES)
def test_a_case_comes_out_as_it_says(name: str) -> None:
    """The text after the edit is that of the file, to the byte, and one that can be declared."""
    case = read(name)
    before = case.get("before")
    after = edited_text(before, file_edit(case["edit"], before))
    assert after == case["after"]
    assert [] == problems_in(before or "") == problems_in(after)


@pytest.mark.parametrize("name", [name for name in NAMES if set(read(name)["edit"]) == {"edited"}])
def test_an_edit_is_done_once(name: str) -> None:
    """The same edit of the text that it has made changes no byte."""
    case = read(name)
    assert edited_text(case["after"], file_edit(case["edit"], case["after"])) == case["after"]


@pytest.mark.parametrize("name", [name for name in NAMES if "before" in read(name)])
def test_nothing_to_do_changes_no_byte(name: str) -> None:
    """An edit of every entry in which nothing is asked for."""
    before = read(name)["before"]
    edit = {"edited": [{"entry": number + 1} for number, _ in enumerate(entry_places(before))]}
    assert edited_text(before, file_edit(edit, before)) == before


@pytest.mark.parametrize("name", [name for name in NAMES if "edited" in read(name)["edit"]])
def test_an_entry_that_is_written_anew_says_the_same(name: str) -> None:
    """By ruamel.yaml's round trip, which stands in where no small edit is known; no comment is lost."""
    case = read(name)
    before = case["before"].lstrip("\ufeff").removesuffix("\n") + "\n"
    edit = file_edit(case["edit"], before)
    written = _spliced(before, read_spans(before), edit, round_trip_entry)
    root, expected = read_spans(written), read_spans(case["after"].lstrip("\ufeff") + "\n")
    assert root is not None
    assert expected is not None
    assert root.plain() == expected.plain()
    assert problems_in(written) == []
    assert set(re.findall(r"# [a-z ]+", before)) <= set(re.findall(r"# [a-z ]+", written))
