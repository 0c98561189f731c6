"""The sandbox's rooms stand one upon the other, and nobody but these tests looks inside it."""

import re
from pathlib import Path

import pytest

from tests.test_layers import PACKAGE, imported

TESTS = Path(__file__).parents[1]

ROOMS = (
    "clock", "options", "switches", "refusals", "callers", "messages", "rules", "store", "seeds",
    "outside_changes", "faults", "state", "api", "inspect", "control", "app", "server",
)  # fmt: skip
"""From the ground up: each imports only rooms that stand before it."""

INSIDE = re.compile(rf"reconcile\.sandbox\.(?:{'|'.join(ROOMS)})\b")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE / "sandbox").parts[0].removesuffix(".py")


def test_every_room_has_its_place() -> None:
    """A new room or module at the top is put into the order before it is used."""
    assert {room_of(path) for path in (PACKAGE / "sandbox").rglob("*.py")} == {*ROOMS, "__init__"}


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_only_import_what_is_below(room: str) -> None:
    """No room of the sandbox imports one that stands on it."""
    below = ROOMS[: ROOMS.index(room)]
    wrong = [
        f"{path.name}:{line} imports {name}"
        for path in (PACKAGE / "sandbox").rglob("*.py")
        if room_of(path) == room
        for line, name in imported(path)
        if name.startswith("reconcile.sandbox.") and name.split(".")[2] not in (*below, room)
    ]
    assert wrong == []


def test_only_these_tests_look_inside() -> None:
    """All others use its public face and its HTTP, so that a test says nothing of how it is built."""
    wrong = [
        str(path.relative_to(TESTS))
        for path in TESTS.rglob("*.py")
        if TESTS / "sandbox" not in path.parents and INSIDE.search(path.read_text("utf-8"))
    ]
    assert wrong == []
