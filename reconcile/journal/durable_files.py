"""Files that are whole and on the disk, or not there at all, whenever the machine stops."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
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
    descriptor, temporary = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Make the names of files durable, too: a folder's entries are synced apart from its files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def add_file(path: Path, content: bytes) -> None:
    """Write a file of our own for its owner's eyes, its name as durable as what it holds."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, content, 0o600)
    sync_folder(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of the data, in as many steps as the system makes of it."""
    while data:
        data = data[os.write(descriptor, data) :]
