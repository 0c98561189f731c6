"""The commands in README and docs are run, in order, in an empty folder, and print what the page says."""

import shutil
from pathlib import Path

import pytest

from tests.support.pages.documented_commands import Command, printed_by, steps

ROOT = Path(__file__).parent.parent

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    """Each command of the page, run where the page's files stand, prints what the page shows."""
    for step in steps(page.read_text(encoding="utf-8")):
        printed = printed_by(step, tmp_path)
        if isinstance(step, Command):
            assert step.is_right(printed), f"$ {step.line}\n{printed}"


def test_the_readme_names_every_command() -> None:
    """A command that nobody can read about does not exist."""
    from reconcile.cli.command_line import cli

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in cli.commands if f"reconcile {name}" not in text and f"`{name}`" not in text]
    assert missing == []


def test_bash_is_there() -> None:
    """The pages' commands are written for bash."""
    assert shutil.which("bash")
