"""ARCHITECTURE.md against the tree: its rooms are the rooms, its files are there, its names stand in them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_layers import LAYERS, PACKAGE

PAGE = (PACKAGE.parent / "ARCHITECTURE.md").read_text(encoding="utf-8")
FILES = sorted(set(re.findall(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.(?:py|yaml))`", PAGE)))
NAMED = re.compile(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.py)`\s*\((`[^)]*)\)", re.DOTALL)
SCREEN = 60
"""Lines that one screen shows."""


def named() -> Iterator[tuple[str, str]]:
    """Each file with a name that the page says stands in it."""
    for file, names in NAMED.findall(PAGE):
        for name in re.findall(r"`([A-Za-z_]+)`", names):
            yield file, name


def rooms() -> list[str]:
    """The rooms of the table, from the ground up."""
    table = PAGE.partition("| room | job |")[2].partition("## ")[0]
    return [
        room
        for line in table.splitlines()
        for room in re.findall(r"`([a-z]+)/?`", line.split("|")[1:2][0] if "|" in line else "")
    ]


def test_the_rooms_are_those_of_the_tree() -> None:
    """A room that is added, renamed or removed changes the page."""
    assert set(rooms()) == set(LAYERS)


def test_the_rooms_stand_from_the_ground_up() -> None:
    """Each room imports only rooms that stand above it in the table."""
    seen: set[str] = set()
    for room in rooms():
        assert LAYERS[room] - {room} <= seen, room
        seen.add(room)


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_the_page_names_is_there(file: str) -> None:
    """Paths are told from the package, but for tests."""
    assert (PACKAGE / file).is_file() or (PACKAGE.parent / file).is_file()


@pytest.mark.parametrize(("file", "name"), sorted(set(named())))
def test_a_name_stands_in_its_file(file: str, name: str) -> None:
    """What the ways name is defined or used where they say."""
    assert re.search(rf"\b{name}\b", (PACKAGE / file).read_text(encoding="utf-8"))


def test_the_page_is_two_screens() -> None:
    """What is longer is not read."""
    assert len(PAGE.splitlines()) <= 2 * SCREEN
    assert all(len(line) <= 130 for line in PAGE.splitlines())


def test_the_page_names_enough() -> None:
    """The expressions above still find what they look for."""
    assert len(FILES) >= 25
    assert len(set(named())) >= 15


def test_a_folder_of_the_package_is_a_room() -> None:
    """Nothing lies outside of the rooms."""
    folders = {path.name for path in Path(PACKAGE).iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= set(LAYERS)
