"""Files that are whole and on the disk, or not there at all, whenever the machine stops."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


class NoRegularFile(OSError):
    """What has the name of a file of ours is a folder, a pipe or a device."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EINVAL, "this is a folder, a pipe or a device", str(path))


def open_regular(path: Path) -> BinaryIO:
    """A file to be read; NoRegularFile for a pipe, which would be waited for without end, or for a device."""
    if path.exists() and not path.is_file():
        raise NoRegularFile(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):  # it may have been replaced meanwhile
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise NoRegularFile(path)


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Write a file in place of the one that is there; OSError leaves that one as it was."""
    with written_beside(path, content, mode) as temporary:
        temporary.replace(path)


def add_new_file(path: Path, content: bytes, mode: int) -> None:
    """Write a file where there is none; FileExistsError leaves what is there, be it a broken link."""
    with written_beside(path, content, mode) as temporary:
        try:
            os.link(temporary, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            temporary.replace(path)


@contextmanager
def written_beside(path: Path, content: bytes, mode: int, *, prefix: str | None = None) -> Iterator[Path]:
    """A file with that content, on the disk, beside the path that it is for; removed unless it is renamed.

    ``prefix`` begins its name, by default a dot and the name that it is to get.
    """
    from tempfile import mkstemp  # noqa: PLC0415 - what only reads writes no file

    descriptor, name = mkstemp(prefix=prefix or f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(file.fileno())
        yield temporary
    finally:
        with suppress(OSError):
            temporary.unlink()


def sync_folder(folder: Path) -> None:
    """Make the names of files durable, too: a folder's entries are synced apart from its files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


STATE_FOLDER = ".reconcile"
"""The folder of what the tool keeps for a project: journals, records, the lock, the embedded sandbox."""

_IGNORE_ALL = b"# Journals, records and credentials of reconcile: not for Git.\n*\n"


def make_own_folder(folder: Path) -> None:
    """Make a folder for its owner's eyes only, and ``.reconcile`` on the way to it, which Git shall ignore.

    A ``.gitignore`` that is there already stays, whatever it says.
    """
    state = next((path for path in (folder, *folder.parents) if path.name == STATE_FOLDER), folder)
    for made in (state, folder):  # a mode is only given to the last folder of a path
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = state / ".gitignore"
    if state.name == STATE_FOLDER and not os.path.lexists(ignore):
        replace_file(ignore, _IGNORE_ALL, 0o600)


def add_file(path: Path, content: bytes) -> None:
    """Write a file of our own for its owner's eyes, its name as durable as what it holds."""
    make_own_folder(path.parent)
    replace_file(path, content, 0o600)
    sync_folder(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of the data, in as many steps as the system makes of it."""
    while data:
        data = data[os.write(descriptor, data) :]
