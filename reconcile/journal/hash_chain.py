"""A file of JSON lines, each bound by a hash to the ones before it, so that a later change is found.

Each line carries its number, the hash of the line before, and the SHA-256 over both and its content.
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from reconcile.documents.json_text import canonical_json
from reconcile.errors import ReconcileError

from .durable_files import NoRegularFile, make_own_folder, open_regular, sync_folder, write_all

GENESIS_HASH = "0" * 64
"""What stands for the hash before the first line."""


ADVICE = "keep the file for an inquiry and move it out of the folder"


class BrokenChain(ReconcileError):
    """A journal whose lines are not what was written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: its kind and content, and the hash over it and all lines before it."""

    number: int
    kind: str
    content: Mapping[str, Any]
    hash: str


class HashChain:
    """Appends lines to one file, each on disk before ``append`` returns. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._number, self._last, self._size = _end_of(path)
        make_own_folder(path.parent)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        # Nothing was done on a line that a crash cut off: remove it before the next one is appended.
        os.ftruncate(self._descriptor, self._size)
        sync_folder(path.parent)

    def append(self, kind: str, content: Mapping[str, Any]) -> int:
        """Write one line and wait until the disk has it; the line's number."""
        with self._lock:
            number = self._number + 1
            line, line_hash = _hashed_line(number, self._last, kind, content)
            self._write(line)
            self._number, self._last = number, line_hash
        return number

    def _write(self, line: bytes) -> None:
        """Write a whole line or none: after half a line, every later one would break the chain."""
        try:
            write_all(self._descriptor, line)
            os.fsync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, self._size)
            raise OSError(error.errno, error.strerror, str(self.path)) from None
        self._size += len(line)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def read_entries(path: Path) -> tuple[Entry, ...]:
    """All whole lines of a chain, checked. BrokenChain names the first line that is not what was written."""
    return tuple(entry for entry, _ in _walk(path))


def first_entry(path: Path) -> Entry | None:
    """The first line alone, checked; None when there is no whole one."""
    with _open(path) as file:
        line = file.readline()
    return _checked(path, 1, GENESIS_HASH, line) if line.endswith(b"\n") else None


def _end_of(path: Path) -> tuple[int, str, int]:
    """The number and hash of the last whole line, and the file's size up to it."""
    number, last, size = 0, GENESIS_HASH, 0
    if path.exists():
        for entry, end in _walk(path):
            number, last, size = entry.number, entry.hash, end
    return number, last, size


def _walk(path: Path) -> Iterator[tuple[Entry, int]]:
    last, size = GENESIS_HASH, 0
    # A crash cut off what follows the last line feed. Only a line feed ends a line:
    # `splitlines` would take a byte that was changed to a carriage return for the end of the journal.
    with _open(path) as file:
        whole = file.read().split(b"\n")[:-1]
    for number, line in enumerate((line + b"\n" for line in whole), 1):
        entry = _checked(path, number, last, line)
        last, size = entry.hash, size + len(line)
        yield entry, size


def _open(path: Path) -> BinaryIO:
    try:
        return open_regular(path)
    except NoRegularFile as error:
        raise BrokenChain(f"{path}: {error.strerror}, no journal; move it out of the folder") from None


def _checked(path: Path, number: int, last: str, line: bytes) -> Entry:
    try:
        members = json.loads(line)
        kind, content = members["kind"], members["content"]
        expected, line_hash = _hashed_line(number, last, kind, content)
    except (ValueError, KeyError, TypeError, RecursionError):
        expected, line_hash, kind, content = b"", "", "", {}
    if expected != line:
        damage = "this line is not what was written: the journal was changed or damaged"
        raise BrokenChain(f"{path}:{number}: {damage}; {ADVICE}")
    return Entry(number, str(kind), content, line_hash)  # whatever it is, no kind of ours is called so


def _hashed_line(number: int, last: str, kind: str, content: Mapping[str, Any]) -> tuple[bytes, str]:
    body = {"number": number, "previous": last, "kind": kind, "content": content}
    line_hash = sha256(canonical_json(body)).hexdigest()
    return canonical_json({**body, "hash": line_hash}) + b"\n", line_hash
