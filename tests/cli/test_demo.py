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


@pytest.mark.parametrize(("declared", "told"), [(False, "Nothing is declared"), (True, "a.evance.me, whose")])
def test_it_can_be_seen_in_a_project_with_an_account(folder: Path, declared: bool, told: str) -> None:  # noqa: FBT001
    """No sandbox has the account's contacts, and its declarations would only be refused there."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    run_command("init", "--account", "a.evance.me", environment=environment, folder=folder)
    if declared:
        (folder / "contacts" / "a.yaml").write_text("contacts: [{email: x@y.example, tags: [a]}]\n")
    before = sorted(folder.rglob("*"))
    done = run_command("demo", "--target", "shop", environment=environment, folder=folder / "contacts")
    assert done.code == 0, done.said
    assert (told in done.out.splitlines()[0], "No changes." in done.out) == (True, True)
    steps = done.out.partition("To try next:\n")[2]
    assert ("reconcile import --all" in steps, "a.evance.me (needs credentials)" in steps) == (
        not declared,
        True,
    )
    assert sorted(folder.rglob("*")) == before


def test_a_configuration_that_was_named_must_be_there(folder: Path) -> None:
    """Then the demo is about that one."""
    done = run_command("demo", "--config", "nowhere.yaml", environment={}, folder=folder)
    assert (done.code, done.out) == (65, "")
