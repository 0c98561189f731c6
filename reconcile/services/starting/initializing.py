"""Writes the files of a new project into a folder, beside those that are there."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from reconcile.errors import ReconcileError
from reconcile.journal.durable_files import add_new_file
from reconcile.text import escape_unprintable

from .new_files import NewFile

_READABLE = 0o644


class FileAction(StrEnum):
    """What became of a file."""

    WRITTEN = "written"
    KEPT = "kept"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """A file, what became of it, a remark on that, and lines that are to be added by hand."""

    path: str
    action: FileAction
    remark: str = ""
    lines: tuple[str, ...] = ()


def initialize(folder: Path, files: Iterable[NewFile], *, dry_run: bool = False) -> tuple[FileOutcome, ...]:
    """Write each file that is not there. What is there stays as it is, and nothing leads out of the folder.

    With ``dry_run`` nothing is written. ReconcileError: a file can't be written; those before it stay.
    """
    return tuple(_write(folder, file, dry_run=dry_run) for file in files)


def _write(folder: Path, file: NewFile, *, dry_run: bool) -> FileOutcome:
    path = folder / file.path
    obstacle = next(_obstacles(path, folder), None)
    if obstacle is not None:
        return FileOutcome(file.path, FileAction.SKIPPED, obstacle)
    if os.path.lexists(path):
        return _kept(path, file)
    if not dry_run:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            add_new_file(path, file.text.encode("utf-8"), _READABLE)
        except FileExistsError:
            return _kept(path, file)
        except OSError as error:
            raise ReconcileError(
                f"{escape_unprintable(str(path))}: can't be written: {error.strerror}"
            ) from None
    return FileOutcome(file.path, FileAction.WRITTEN)


def _obstacles(path: Path, folder: Path) -> Iterator[str]:
    """Why a file has no place: on the way to it a link leads out of the folder, or there is no folder."""
    home = Path(os.path.realpath(folder))
    for inner in reversed(path.relative_to(folder).parents):
        on_the_way = folder / inner
        if not Path(os.path.realpath(on_the_way)).is_relative_to(home):
            yield f"{inner} is a link that leads out of this folder"
        elif os.path.lexists(on_the_way) and not on_the_way.is_dir():
            yield f"{inner} is no folder"


def _kept(path: Path, file: NewFile) -> FileOutcome:
    """A file that is there already, with what it lacks."""
    try:
        text = path.read_text("utf-8", "replace") if path.is_file() else None
    except OSError:
        text = None
    if text is None:
        return FileOutcome(file.path, FileAction.KEPT, _UNREADABLE)
    lines = file.missing_lines(text)
    remark = "add these lines" if lines else file.renewal if text != file.text else ""
    return FileOutcome(file.path, FileAction.KEPT, remark, lines)


_UNREADABLE = "what stands there is no file that can be read; move it away, and call init again"
