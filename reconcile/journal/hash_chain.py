"""A file of JSON lines in which each line seals the ones before it, so that a later change is found.

Each line carries its number, the hash of the line before, and the SHA-256 over both and its content.
"""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from reconcile.errors import ReconcileError

GENESIS_HASH = "0" * 64
"""What stands for the hash before the first line."""


class BrokenChain(ReconcileError):
    """A journal whose lines are not what was written."""


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One line: its kind and content, and the hash that seals it and all lines before it."""

    number: int
    kind: str
    content: Mapping[str, Any]
    seal: str


class HashChain:
    """Appends lines to one file, each on disk before ``append`` returns. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._number, self._last, self._size = _end_of(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        # A line that a crash cut off was never acted on: it goes before the next one comes.
        os.ftruncate(self._descriptor, self._size)
        _sync_folder(path.parent)

    def append(self, kind: str, content: Mapping[str, Any]) -> None:
        """Write one line and wait until the disk has it."""
        with self._lock:
            number = self._number + 1
            line, seal = _line(number, self._last, kind, content)
            self._write(line)
            self._number, self._last = number, seal

    def _write(self, line: bytes) -> None:
        """A whole line or none: half a line with others behind it would break the chain for good."""
        try:
            _write_all(self._descriptor, line)
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(line)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def read_entries(path: Path) -> tuple[ChainEntry, ...]:
    """All whole lines of a chain, checked. BrokenChain names the first line that is not what was written."""
    return tuple(link for link, _ in _walk(path))


def first_entry(path: Path) -> ChainEntry | None:
    """The first line alone, checked; None when there is no whole one."""
    with path.open("rb") as file:
        line = file.readline()
    return _checked(path, 1, GENESIS_HASH, line) if line.endswith(b"\n") else None


def _end_of(path: Path) -> tuple[int, str, int]:
    """The number and hash of the last whole line, and the file's size up to it."""
    number, seal, size = 0, GENESIS_HASH, 0
    if path.exists():
        for link, size in _walk(path):  # noqa: B007 - the last ones are what is asked for
            number, seal = link.number, link.seal
    return number, seal, size


def _walk(path: Path) -> Iterator[tuple[ChainEntry, int]]:
    last, size = GENESIS_HASH, 0
    # What stands behind the last line feed was cut off in the middle of a write. Only that ends a line:
    # `splitlines` would take a byte that was changed to a carriage return for the end of the journal.
    whole = path.read_bytes().split(b"\n")[:-1]
    for number, line in enumerate((line + b"\n" for line in whole), 1):
        link = _checked(path, number, last, line)
        last, size = link.seal, size + len(line)
        yield link, size


def _checked(path: Path, number: int, last: str, line: bytes) -> ChainEntry:
    try:
        found = json.loads(line)
        kind, content = found["kind"], found["content"]
        expected, seal = _line(number, last, kind, content)
    except (ValueError, KeyError, TypeError):
        expected, seal, kind, content = b"", "", "", {}
    if expected != line:
        raise BrokenChain(
            f"{path}:{number}: this line is not what was written: the journal was changed or damaged; "
            "keep the file for an inquiry and move it out of the folder"
        )
    return ChainEntry(number, kind, content, seal)


def _line(number: int, last: str, kind: str, content: Mapping[str, Any]) -> tuple[bytes, str]:
    body = {"number": number, "previous": last, "kind": kind, "content": content}
    seal = sha256(_canonical(body)).hexdigest()
    return _canonical({**body, "hash": seal}) + b"\n", seal


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _sync_folder(folder: Path) -> None:
    """Make the file's name durable, too: a folder's entries are synced apart from its files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
