"""Files are written whole and together: whatever goes wrong before that leaves every one as it was."""

import errno
import os
import stat
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from reconcile.cli.console import Terminal
from reconcile.errors import ReconcileError, Refusal
from reconcile.services.importing import file_transaction
from reconcile.services.importing.file_transaction import PREFIX, ProposedFile, write_files

CONSOLE = Terminal(quiet=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "contacts"
    folder.mkdir()
    (folder / "a.yaml").write_bytes(b"old a")
    return folder


def proposed(folder: Path, name: str, before: bytes | None, after: bytes) -> ProposedFile:
    return ProposedFile(f"contacts/{name}", folder / name, before, after)


def both(folder: Path) -> list[ProposedFile]:
    return [
        proposed(folder, "a.yaml", b"old a", b"new a"),
        proposed(folder, "b/c.yaml", None, b"new c"),
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_all_files_are_written_and_nothing_else_is_left(folder: Path) -> None:
    write_files(both(folder), CONSOLE)
    assert contents(folder) == {"a.yaml": b"new a", "b/c.yaml": b"new c"}


def test_permissions_stay_and_a_new_file_gets_those_of_any_new_file(folder: Path) -> None:
    (folder / "a.yaml").chmod(0o640)
    write_files(both(folder), CONSOLE)
    (folder / "usual").touch()
    modes = [stat.S_IMODE((folder / name).stat().st_mode) for name in ("a.yaml", "b/c.yaml", "usual")]
    assert modes == [0o640, modes[2], modes[2]]


def test_a_link_stays_one(folder: Path) -> None:
    (folder / "link.yaml").symlink_to("a.yaml")
    write_files([proposed(folder, "link.yaml", b"old a", b"new a")], CONSOLE)
    assert (folder / "link.yaml").is_symlink()
    assert contents(folder) == {"a.yaml": b"new a", "link.yaml": b"new a"}


@pytest.mark.parametrize("found", [b"changed", None])
def test_a_file_that_somebody_changed_meanwhile_keeps_all_as_they_are(
    folder: Path, found: bytes | None
) -> None:
    (folder / "a.yaml").unlink()
    if found is not None:
        (folder / "a.yaml").write_bytes(found)
    before = contents(folder)
    with pytest.raises(Refusal, match=r"changed by somebody else meanwhile: contacts/a\.yaml"):
        write_files(list(reversed(both(folder))), CONSOLE)
    assert (contents(folder), (folder / "b").exists()) == (before, False)


def test_a_new_file_that_somebody_made_meanwhile_is_not_overwritten(folder: Path) -> None:
    (folder / "b").mkdir()
    (folder / "b/c.yaml").write_bytes(b"theirs")
    with pytest.raises(Refusal, match=r"contacts/b/c\.yaml"):
        write_files(both(folder), CONSOLE)
    assert contents(folder) == {"a.yaml": b"old a", "b/c.yaml": b"theirs"}


def test_what_the_disk_does_not_take_changes_nothing(folder: Path) -> None:
    (folder / "b").write_bytes(b"a file where a folder is wanted")
    before = contents(folder)
    with pytest.raises(ReconcileError, match="can't be written: Not a directory; no file was changed"):
        write_files(both(folder), CONSOLE)
    assert contents(folder) == before


@pytest.fixture
def ended_process() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_what_a_killed_import_left_goes_with_the_next(folder: Path, ended_process: int) -> None:
    """Of one that still runs it stays."""
    left, running = (folder / f"{PREFIX}{number}-x" for number in (ended_process, os.getpid()))
    left.touch()
    running.touch()
    write_files(both(folder), CONSOLE)
    assert (left.exists(), running.exists()) == (False, True)


def test_a_folder_with_the_name_of_a_file_changes_nothing(folder: Path) -> None:
    """It is found before anything is put in place."""
    (folder / "b/c.yaml").mkdir(parents=True)
    with pytest.raises(ReconcileError, match=r"contacts/b/c\.yaml: can't be written: Is a directory"):
        write_files(both(folder), CONSOLE)
    assert contents(folder) == {"a.yaml": b"old a"}


def test_what_can_not_be_renamed_takes_back_what_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a file system that turns read-only in between."""
    rename = Path.replace

    def failing(path: Path, target: Path) -> Path:
        if target.name == "d.yaml":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(ReconcileError, match=r"d\.yaml: can't be written: Read-only file system; no file"):
        write_files([*both(folder), proposed(folder, "d.yaml", None, b"new d")], CONSOLE)
    assert contents(folder) == {"a.yaml": b"old a"}


@pytest.mark.parametrize("step", range(6))
def test_whenever_it_is_interrupted_each_file_is_old_or_new(
    folder: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no other is left, but those that no loader reads."""
    steps = iter(range(step + 1))
    for module, name in ((tempfile, "mkstemp"), (file_transaction, "sync_folder")):
        original = getattr(module, name)

        def stopping(*arguments: object, original: object = original, **named: object) -> object:
            if next(steps) == step:
                raise KeyboardInterrupt
            return original(*arguments, **named)  # type: ignore[operator]

        monkeypatch.setattr(module, name, stopping)
    with suppress(KeyboardInterrupt, StopIteration):
        write_files(both(folder), CONSOLE)
    assert contents(folder) in ({"a.yaml": b"old a"}, {"a.yaml": b"new a", "b/c.yaml": b"new c"})
