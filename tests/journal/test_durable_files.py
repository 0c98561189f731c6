"""A file is written whole beside its place, and then takes it; or it leaves what is there."""

import errno
import os
from pathlib import Path

import pytest

from reconcile.journal.durable_files import add_new_file, replace_file


def refuse_links(_old: object, _new: object) -> None:
    """A file system without hard links, as those of memory cards are."""
    raise PermissionError(errno.EPERM, "Operation not permitted")


@pytest.fixture(params=["with hard links", "without"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for a file, on either kind of file system."""
    if request.param == "without":
        monkeypatch.setattr(os, "link", refuse_links)
    return tmp_path / "a.txt"


def test_a_new_file_has_its_content_and_its_mode(path: Path) -> None:
    """And nothing else is left in the folder."""
    add_new_file(path, b"new", 0o640)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["file", "broken link", "folder"])
def test_what_is_there_stays(path: Path, kind: str) -> None:
    """Whatever it is; somebody else may have been quicker."""
    if kind == "folder":
        path.mkdir()
    elif kind == "file":
        path.write_bytes(b"old")
    else:
        path.symlink_to("nowhere")
    before = path.lstat().st_ino
    with pytest.raises(FileExistsError):
        add_new_file(path, b"new", 0o644)
    assert path.lstat().st_ino == before
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_replaced_whole(path: Path) -> None:
    """Where there was none, too; what can't be written leaves nothing behind."""
    for content in (b"first", b"second"):
        replace_file(path, content, 0o600)
        assert path.read_bytes() == content
    (path.parent / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_file(path.parent / "folder", b"x", 0o600)
    assert sorted(found.name for found in path.parent.iterdir()) == ["a.txt", "folder"]
