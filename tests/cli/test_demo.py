"""``reconcile demo``: in any folder, without a trace, and with something to try next."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.support.command_line import run_command
from tests.support.project import Project

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; what is thrown away lies in one beside it."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    made = tmp_path / "empty"
    (made / ".git").mkdir(parents=True)
    return made


def test_it_works_in_an_empty_folder_and_leaves_nothing(folder: Path) -> None:
    """It ends with commands that work there as they stand, `init` first."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    done = run_command("demo", environment=environment, folder=folder)
    assert done.code == 0, done.said
    assert "There is no reconcile.yaml here" in done.out.splitlines()[0]
    assert "3 contacts written and read back" in done.out
    assert "No changes." in done.out
    assert list(folder.iterdir()) == [folder / ".git"]
    assert list((folder.parent / "temporary").iterdir()) == []
    commands = [
        line.split("    ")[0].split() for line in done.out.partition("To try next:\n")[2].splitlines()
    ]
    assert commands == [["reconcile", *words] for words in (["init"], ["plan"], ["sandbox", "serve"])]
    for _, *words in commands[:2]:
        assert run_command(*words, environment=environment, folder=folder).code == 0


def test_it_shows_the_project_that_is_there(folder: Path) -> None:
    """From a folder below it, too."""
    project = Project(folder)
    shutil.copytree(ROOT / "contacts", folder / "contacts")
    project.configure((ROOT / "reconcile.yaml").read_text("utf-8"))
    done = run_command("demo", environment={"HOME": str(folder)}, folder=folder / "contacts")
    assert done.code == 0, done.said
    assert done.err.startswith("Configuration: ../reconcile.yaml\n")
    assert "contacts/trade/ipswich.yaml" in done.out
    assert "There is no reconcile.yaml" not in done.out
    assert "To try next:\n  reconcile plan " in done.out
    assert sorted(path.name for path in folder.iterdir()) == [".git", "contacts", "reconcile.yaml"]


def test_a_configuration_that_was_named_must_be_there(folder: Path) -> None:
    """Then the demo is about that one."""
    done = run_command("demo", "--config", "nowhere.yaml", environment={}, folder=folder)
    assert (done.code, done.out) == (65, "")
