"""The commit that is checked out, whatever repository the caller's environment names."""

import subprocess
from pathlib import Path

import pytest

from reconcile.services.git import checked_out_commit


def repository(folder: Path) -> str:
    folder.mkdir()
    (folder / "reconcile.yaml").write_text(f"# {folder.name}\n")
    git = ("git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", f"Add {folder.name}"]):
        subprocess.run([*git, *command], check=True)
    return subprocess.run(
        [*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_a_hook_of_another_repository_does_not_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook that calls an apply in another folder names its own repository to every Git below it."""
    own, other = repository(tmp_path / "own"), repository(tmp_path / "other")
    assert own != other
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    found = checked_out_commit(tmp_path / "own", ["reconcile.yaml"])
    assert found is not None
    assert (found.name, found.dirty) == (own, False)


def test_nobody_waits_for_a_lock_that_asking_took(tmp_path: Path) -> None:
    """A status may write the index, and a person may commit in that moment."""
    repository(tmp_path / "own")
    file, index = tmp_path / "own" / "reconcile.yaml", tmp_path / "own" / ".git" / "index"
    file.write_text(file.read_text())  # the index knows another time of it, and would be refreshed
    before = index.read_bytes()
    assert checked_out_commit(tmp_path / "own", ["reconcile.yaml"]) is not None
    assert index.read_bytes() == before
