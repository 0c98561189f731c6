"""Finds and reads the files of a folder, and nothing outside of it."""

import os
from collections.abc import Iterator
from pathlib import Path

from reconcile.model.problem import Problem
from reconcile.text import replace_unprintable

from . import rules
from .problems import ProblemList

SUFFIXES = (".yaml", ".yml")


def relative(path: Path, root: Path) -> str:
    """A path as places tell it: from the root, with forward slashes, fit to be printed on one line."""
    return replace_unprintable(Path(os.path.relpath(path, root)).as_posix())


def find_files(folder: Path, root: Path, problems: list[Problem]) -> list[Path]:
    """All YAML files below a folder, in the order of their places; hidden files and folders are passed over.

    Links to folders are not followed. A link to a file is read as long as it stays within the folder; each
    file is read once. What leads out of the folder, or can't be looked at, becomes a problem.
    """
    report = ProblemList(relative(folder, root), problems)
    if not folder.is_dir():
        report.add(rules.NO_FOLDER, None, "there is no such folder; make it, or correct 'contacts'")
        return []
    home = os.path.realpath(folder)
    if not _within(home, os.path.realpath(root)):
        report.add(rules.LINK_OUTSIDE, None, "this folder lies outside the configuration's; move it there")
        return []
    found = {}
    for path in _candidates(folder, root, problems):
        report = ProblemList(relative(path, root), problems)
        real = os.path.realpath(path)
        if not _within(real, home):
            report.add(
                rules.LINK_OUTSIDE, None, "this link leads out of the folder; put the file itself here"
            )
        elif path.is_file() and (real not in found or not path.is_symlink()):
            found[real] = path
        elif not path.is_file() and not path.is_dir():
            report.add(rules.UNREADABLE, None, "this is not a regular file; put a file here or delete it")
    return sorted(found.values(), key=lambda path: relative(path, root))


def _candidates(folder: Path, root: Path, problems: list[Problem]) -> Iterator[Path]:
    """The YAML files, and the links to folders, below a folder."""

    def tell(error: OSError) -> None:
        report = ProblemList(relative(Path(error.filename), root), problems)
        report.add(
            rules.UNREADABLE, None, f"this folder can't be read: {error.strerror}; check its permissions"
        )

    for base, folders, files in os.walk(folder, onerror=tell):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(base, name).is_symlink()]
        wanted = [name for name in files if not name.startswith(".") and name.lower().endswith(SUFFIXES)]
        for name in (*links, *wanted):
            yield Path(base, name)


def _within(path: str, home: str) -> bool:
    return Path(path).is_relative_to(home)


def read_file(path: Path, report: ProblemList) -> bytes | None:
    """The bytes of a file; None, and a problem, when it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        report.add(
            rules.UNREADABLE, None, f"this file can't be read: {error.strerror}; check its permissions"
        )
        return None
