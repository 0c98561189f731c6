"""Which files are laid out: those of the contacts folders, or the files and folders that were named."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from reconcile.declare.configuration_file import CONFIGURATION_FILE
from reconcile.declare.loader import SUFFIXES, find_files, relative
from reconcile.declare.settings import load_settings
from reconcile.errors import UsageError
from reconcile.model.problem import Problem
from reconcile.services.caller import Console, ProjectChoice
from reconcile.text import quoted

_NO_DECLARATIONS = (CONFIGURATION_FILE, "evance.capabilities.yaml")


def chosen_files(
    choice: ProjectChoice, console: Console, named: Sequence[Path], problems: list[Problem]
) -> dict[str, Path]:
    """The files by the names that are told of them, sorted; what can't be looked at becomes a problem.

    Without names they are those of the target that was asked for, else of all targets. Named ones need no
    configuration: an editor and a hook lay out single files. UsageError for what holds no declarations.
    """
    if not named:
        files = _files_of_project(choice, console, problems)
    else:
        files = {relative(path, Path.cwd()): path for one in named for path in _named(one, problems)}
    return dict(sorted(files.items()))


def _files_of_project(choice: ProjectChoice, console: Console, problems: list[Problem]) -> dict[str, Path]:
    settings = load_settings(choice.config, choice.searched)
    console.set_privacy(settings.privacy)
    targets = [choice.target_of(settings)] if choice.target else settings.targets
    root = choice.checkout
    return {
        relative(path, root): path
        for folder in {settings.folder(target) for target in targets}
        for path in find_files(root / folder, root, problems)
    }


def _named(path: Path, problems: list[Problem]) -> Iterator[Path]:
    """A named file, or the files in a named folder."""
    if path.is_dir():
        here = Path.cwd()
        root = here if path.resolve().is_relative_to(here.resolve()) else path
        yield from find_files(path, root, problems)
        return
    _refuse(path)
    yield path


def _refuse(path: Path) -> None:
    shown = quoted(str(path))
    if not os.path.lexists(path):
        raise UsageError(f"there is no file or folder {shown}; name files of the contacts folder, or none")
    if path.name in _NO_DECLARATIONS or path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{shown} holds no declarations; fmt lays out *.yaml files of the contacts folder")
    if not path.is_file():
        raise UsageError(f"{shown} is no regular file; name files of the contacts folder, or none")
