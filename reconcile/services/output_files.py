"""Writes the files of commands: whole or not at all; personal ones can be read by their owner alone."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from reconcile.errors import UsageError

OWNER_ONLY, READABLE = 0o600, 0o644


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read: a plan names people. UsageError: it can't be written."""
    _write(path, text, OWNER_ONLY)


def write_shared(path: Path, text: str) -> None:
    """Write a file that goes under Git. UsageError: it can't be written."""
    _write(path, text, READABLE)


def _write(path: Path, text: str, mode: int) -> None:
    try:
        _replace(path.resolve(), text, mode)
    except OSError as error:
        raise UsageError(f"{path}: can't be written: {error.strerror}") from None


def _replace(path: Path, text: str, mode: int) -> None:
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")  # a device or a pipe is written to, never replaced
        return
    descriptor, temporary = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
