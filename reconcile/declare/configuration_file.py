"""Finds the configuration from a folder in or below which it lies, as Git finds its repository."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconcile.errors import UsageError
from reconcile.text import escape_unprintable

CONFIGURATION_FILE = "reconcile.yaml"

ROOT = 0
"""The number of the user who could change everything anyway."""


@dataclass(frozen=True, slots=True)
class FoundConfiguration:
    """Where the configuration is, relative to the working folder.

    ``searched`` are the folders in which it was looked for in vain, from there upwards.
    """

    path: Path
    searched: tuple[Path, ...] = ()

    @property
    def above(self) -> bool:
        """Whether it lies above the working folder."""
        return len(self.path.parts) > 1


def find_configuration() -> FoundConfiguration:
    """``reconcile.yaml`` in the working folder or the nearest one above, within the repository or the home.

    UsageError: the nearest one above is somebody else's, who could have an account of his own stand in it.
    """
    here = Path.cwd()
    folders = tuple(_folders(here))
    # A broken link counts: it is told, not passed over.
    candidates = (folder / CONFIGURATION_FILE for folder in folders)
    file = next(filter(os.path.lexists, candidates), None)
    if file is None:
        return FoundConfiguration(Path(CONFIGURATION_FILE), folders)
    _refuse_others(file, here)
    return FoundConfiguration(Path(os.path.relpath(file, here)))


def _folders(here: Path) -> Iterator[Path]:
    """The folder and those above it, as far as the first with ``.git``, the user's home, or the root."""
    home = os.path.realpath(os.path.expanduser("~"))  # noqa: PTH111 - where there is no home, this is no error
    for folder in (here, *here.parents):
        yield folder
        if os.path.lexists(folder / ".git") or str(folder) == home:
            return


def _refuse_others(file: Path, here: Path) -> None:
    trusted = {ROOT, os.geteuid(), here.stat().st_uid}
    if file.parent != here and file.lstat().st_uid not in trusted:
        raise UsageError(
            f"{escape_unprintable(str(file))} belongs to another user, so it is not taken unasked; "
            "if it is the one you mean, name it with --config, else make a project here with 'reconcile init'"
        )
