"""One apply at a time on a checkout: a lock that the system drops when its holder dies."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconcile.errors import Refusal
from reconcile.journal.durable_files import make_own_folder

_UNABLE = {errno.EBADF, errno.ENOLCK, errno.ENOTSUP, errno.EINVAL}
"""The errors of file systems that can't lock a folder: network ones often lock only writable files."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock while a block lasts; Refusal when another process holds it, or it is a link.

    The folder is locked together with the file in it. So no other process gets in when somebody deletes the
    file while it is held and another file takes its place.
    """
    make_own_folder(path.parent)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _take_folder(folder, path)
        with _file(path) as descriptor:
            _take(descriptor, path)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
            yield
    finally:
        os.close(folder)


@contextmanager
def _file(path: Path) -> Iterator[int]:
    """The open file of the lock; a link is not followed, since its target would be overwritten."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise Refusal(f"{path} is a symbolic link; nothing was written; remove it") from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _take_folder(descriptor: int, path: Path) -> None:
    try:
        _take(descriptor, path)
    except OSError as error:
        if error.errno not in _UNABLE:
            raise


def _take(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refusal(
            f"another apply (process {_holder(path)}) runs on this checkout and holds {path}; "
            "nothing was written; wait until it has ended"
        ) from None


def _holder(path: Path) -> str:
    """The number of the process that holds the lock, as its file says; ``unknown`` if it does not."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(32).decode("ascii", "replace").strip() or "unknown"
    except OSError:
        return "unknown"
