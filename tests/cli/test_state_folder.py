"""Whatever makes `.reconcile/` keeps it out of Git, and for its owner's eyes only."""

import stat
from pathlib import Path

import pytest

from reconcile.journal.durable_files import add_file, make_own_folder
from reconcile.sandbox import running
from tests.support.command_line import CommandResult, run_command
from tests.support.project import AS_OF, Project
from tests.support.repository import Repository

GRACE = "contacts: [{email: grace.odell@example.com, roles: [customer], tags: [diss]}]\n"

MAKERS = [
    ("plan", "--as-of", AS_OF),
    ("apply", "--as-of", AS_OF, "--yes"),
    ("drift", "--as-of", AS_OF),
    ("explain", "grace.odell@example.com", "--as-of", AS_OF),
    ("probe", "13", "--yes"),
    ("sandbox", "seed", "--contacts", "1"),
    ("sandbox", "reset"),
    ("sandbox", "show", "roles"),
]


@pytest.fixture
def fresh(tmp_path: Path) -> Project:
    """A fresh clone, for the embedded sandbox."""
    project = Project(tmp_path / "fresh")
    Repository.at(project.root)
    project.configure("version: 1\n")
    project.declare(GRACE)
    return project


def seen_by_git(project: Project) -> list[str]:
    """The files that `git add --all` would take."""
    told = Repository(project.root).git("status", "--porcelain", "--untracked-files=all")
    return [line[3:] for line in told.splitlines() if line[:2] != "!!"]


def is_private(project: Project) -> None:
    state = project.root / ".reconcile"
    assert (state / ".gitignore").read_text().endswith("\n*\n")
    assert [name for name in seen_by_git(project) if name.startswith(".reconcile")] == []
    assert "contacts/team.yaml" in seen_by_git(project)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    for path in state.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert not mode & 0o077 or path.name == ".gitignore", path


@pytest.mark.parametrize("call", MAKERS, ids=lambda call: " ".join(call[:2]))
def test_a_command_that_makes_the_folder_hides_it(call: tuple[str, ...], fresh: Project) -> None:
    """The sandbox's file holds credentials, the journals what was done to whom."""
    done = fresh.run(*call)
    assert done.code in (0, 2, 3), done.said
    is_private(fresh)


def test_an_apply_to_an_account_elsewhere_hides_it(project: Project) -> None:
    """Here the lock comes first, then journal and record."""
    Repository.at(project.root)
    project.declare(GRACE)
    assert project.run("apply", "--as-of", AS_OF, "--yes").code == 0
    is_private(project)
    assert (project.root / ".reconcile" / "records").is_dir()


def test_serving_makes_it_too(fresh: Project) -> None:
    """A sandbox that other programs use is served from a new folder."""
    with running(fresh.root / ".reconcile" / "sandbox.sqlite3"):
        is_private(fresh)


def test_fetched_journals_come_into_a_hidden_folder(fresh: Project) -> None:
    """Their folders are made before the first journal is there."""
    make_own_folder(fresh.root / ".reconcile" / "runs")
    is_private(fresh)


def test_what_stands_in_the_way_stays(fresh: Project) -> None:
    """A `.gitignore` of somebody's own is not written over, and a link is not followed."""
    state = fresh.root / ".reconcile"
    state.mkdir()
    (state / ".gitignore").write_text("runs/\n")
    add_file(state / "records" / "a.json", b"{}")
    fresh.run("sandbox", "reset")
    assert (state / ".gitignore").read_text() == "runs/\n"
    (state / ".gitignore").unlink()
    (state / ".gitignore").symlink_to("../elsewhere")
    add_file(state / "records" / "b.json", b"{}")
    fresh.run("sandbox", "reset")
    assert not (fresh.root / "elsewhere").exists()


def test_a_folder_of_another_name_is_left_alone(tmp_path: Path) -> None:
    """What somebody asked for elsewhere gets no file that nobody asked for."""
    done: CommandResult = run_command(
        "sandbox", "reset", "--db", "accounts/a.sqlite3", environment={}, folder=tmp_path
    )
    assert done.code == 0, done.said
    assert not (tmp_path / "accounts" / ".gitignore").exists()
