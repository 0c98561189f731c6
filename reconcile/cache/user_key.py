"""The user's own key, which lies outside of any checkout: it tells caches of this user from found ones.

A key that lay in a checkout would come with it, and so would caches that somebody else has marked with it.
Where there can be no such key there is no cache: nothing else depends on it.
"""

import os
import secrets
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

KEY_SIZE = 32
"""In bytes."""

_KEY_FILE = "cache.key"


def user_key(environment: Mapping[str, str], project: Path) -> bytes | None:
    """The key of this user on this machine, made at its first use; None where there can be none.

    ``project`` is the folder whose caches it is for.
    """
    folder = key_folder(environment)
    if folder is None or _is_in_checkout(folder, project):
        return None
    path = folder / _KEY_FILE
    with suppress(OSError):
        return _read_key(path) or _new_key(path)
    return None


def key_folder(environment: Mapping[str, str]) -> Path | None:
    """``$XDG_STATE_HOME/reconcile``, by default in the user's home; None for a user without one.

    A relative path counts as none (XDG Base Directory Specification).
    """
    given, home = Path(environment.get("XDG_STATE_HOME", "")), Path(environment.get("HOME", ""))
    if given.is_absolute():
        return given / "reconcile"
    return home / ".local" / "state" / "reconcile" if home.is_absolute() else None


def _is_in_checkout(folder: Path, project: Path) -> bool:
    """Whether the folder comes with the project, or with any other checkout."""
    folder, project = folder.resolve(), project.resolve()
    return folder.is_relative_to(project) or any(
        os.path.lexists(above / ".git") for above in (folder, *folder.parents)
    )


def _read_key(path: Path) -> bytes | None:
    """The key in a file that is this user's alone; None where it is not, or where there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        key = file.read(KEY_SIZE + 1) if is_own_file(status) else b""
    return key if len(key) == KEY_SIZE else None


def _new_key(path: Path) -> bytes:
    """A new key in place of whatever is no key; another process may do the same at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_SIZE)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # for its owner's eyes only
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
        Path(name).replace(path)
    finally:
        with suppress(OSError):
            Path(name).unlink()
    return key


def is_own_file(status: os.stat_result) -> bool:
    """True for a file that belongs to this user, and that nobody else can read or change."""
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
