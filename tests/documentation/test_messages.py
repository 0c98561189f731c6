"""The pages that say what to do when something goes wrong quote what the code says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")

COOKBOOK = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")

QUOTED = re.findall(r"\*[^*`\n]*`([^`]+)`:\*", COOKBOOK)
"""What begins a paragraph of the cookbook, as in *It says `not applied yet`:*."""

MESSAGES = [message.replace("\\|", "|") for message in re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)]


def texts(path: Path) -> Iterator[str]:
    """The texts of a module, with `…` for what is put in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)


@pytest.fixture(scope="module")
def said() -> list[str]:
    return [text for path in (ROOT / "reconcile").rglob("*.py") for text in texts(path)]


def is_in(message: str, text: str) -> bool:
    """Whether the fixed parts of the message stand in the text, in order."""
    at = 0
    for part in filter(None, map(str.strip, message.split("…"))):
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


@pytest.mark.parametrize("message", [*MESSAGES, *QUOTED])
def test_a_quoted_message_is_one_of_the_code(message: str, said: list[str]) -> None:
    """Word for word, but for what the code puts in."""
    assert any(is_in(message, text) for text in said), message


def test_a_message_that_nothing_says_is_noticed(said: list[str]) -> None:
    """And there are messages at all."""
    assert len(MESSAGES) >= 50
    assert len(QUOTED) >= 8
    assert not any(is_in("the kill switch … is a fine thing", text) for text in said)
