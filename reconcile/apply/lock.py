"""One apply at a time on a checkout: a lock that the system drops when its holder dies."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconcile.errors import Refusal

_UNABLE = {errno.EBADF, errno.ENOLCK, errno.ENOTSUP, errno.EINVAL}
"""What file systems say that can't lock a folder; network file systems often lock only what is writable."""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock for the length of a block; Refusal when another process holds it, or it is a link.

    The folder is locked together with the file in it: whoever deletes the file while it is held, and so lets
    another one take its place, still does not let another process in.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
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
    """The lock's file, open; a link is not followed, since what it leads to would be overwritten."""
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
    """The number of the process that holds the lock, as far as its file tells."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(32).decode("ascii", "replace").strip() or "unknown"
    except OSError:
        return "unknown"
