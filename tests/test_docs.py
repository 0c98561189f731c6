"""The commands in README and docs are run, in order, in an empty folder, and print what the page says."""

import shutil
from pathlib import Path

import pytest

from tests.support.pages.documented_commands import follow, reader, without_long_parts

ROOT = Path(__file__).parent.parent

PAGES = sorted({ROOT / "README.md", *(ROOT / "docs").rglob("*.md")} - {ROOT / "docs" / "first-hour.md"})
"""All but the page that installs the tool and reads a large shop: tests/test_first_hour.py."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    """Each command of the page, run where the page's files stand, prints what the page shows."""
    with reader(tmp_path) as somebody:
        follow(without_long_parts(page.read_text(encoding="utf-8")), somebody)


@pytest.mark.long
def test_the_cookbook_does_what_it_says_from_the_first_to_the_last_line(tmp_path: Path) -> None:
    """With the recipe that writes 300 contacts, too."""
    text = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
    assert without_long_parts(text) != text
    with reader(tmp_path) as somebody:
        follow(text, somebody)


def test_the_commands_of_a_page_share_folder_and_environment(tmp_path: Path) -> None:
    """What `cd` and `export` do holds for later files and commands, and for those run within this process."""
    page = """
```console
$ mkdir shop; cd shop; export CI=true; git init -q
```
```yaml reconcile.yaml
version: 1
```
```console
$ echo $CI in $(basename $PWD): $(ls)
true in shop: reconcile.yaml
$ reconcile validate
contacts: there is no such folder…
```
"""
    with reader(tmp_path) as somebody:
        follow(page, somebody)
        assert somebody.shell.environment["CI"] == "true"
        with pytest.raises(AssertionError, match="is not said"):
            follow("```console\n$ echo this is not said\nbut this\n```\n", somebody)


def test_the_readme_names_every_command() -> None:
    """A command that nobody can read about does not exist."""
    from reconcile.cli.command_line import cli

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in cli.commands if f"reconcile {name}" not in text and f"`{name}`" not in text]
    assert missing == []


def test_bash_is_there() -> None:
    """The pages' commands are written for bash."""
    assert shutil.which("bash")
