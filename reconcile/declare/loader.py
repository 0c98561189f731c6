"""Loads a folder of declarations: every file, then what can only be checked over all files together."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol

from reconcile import clock
from reconcile.collector import garbage_collector_off
from reconcile.errors import DeclarationError
from reconcile.model.allowance import Allowance
from reconcile.model.declaration import Declaration, DeclaredItem
from reconcile.model.facets import Facet
from reconcile.model.problem import Problem, Severity
from reconcile.model.settings import Policy
from reconcile.text import character_name, escape_unprintable, listed, shows

from . import rules
from .allowances import find_equal_allowances
from .bundles import bundles_by_name, check_bundle_names, with_bundles
from .checks.duplicates import find_duplicates, find_shared_emails
from .checks.forbidden import find_ignored
from .checks.warnings import warn_of_contacts, warn_of_items, warn_of_unused_bundles
from .file_reader import FileContents, FileReader
from .problems import ProblemList
from .yaml.source import LINK_OUTSIDE, leads_out, read_bytes

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class LoadedDeclarations:
    """A valid folder of declarations.

    ``declarations`` are sorted by place. ``files`` is the number of files. ``allowances`` are the entries
    under ``allow``, sorted by place. ``bundles`` is what each bundle gives, by its name, used or not.
    ``digest`` is that of the declarations, where it is known already.
    """

    declarations: tuple[Declaration, ...] = ()
    warnings: tuple[Problem, ...] = ()
    files: int = 0
    allowances: tuple[Allowance, ...] = ()
    bundles: Mapping[str, Mapping[Facet, tuple[DeclaredItem, ...]]] = field(default_factory=dict)
    digest: str = ""

    @property
    def faultless(self) -> bool:
        """Whether there is nothing to tell of it, and nothing in it that depends on the time."""
        return bool(self.declarations) and not self.warnings and not self.allowances


FileBytes = tuple[str, bytes | None]
"""A file as places name it, and what stands in it; None where that could not be read."""


class EarlierLoads(Protocol):
    """What earlier runs have loaded."""

    def find(
        self, files: list[FileBytes], policy: Policy, now: datetime | None, /
    ) -> LoadedDeclarations | None:
        """What these very files said, unless there is anything to tell of it now."""

    def keep(
        self, files: list[FileBytes], policy: Policy, loaded: LoadedDeclarations, /
    ) -> LoadedDeclarations:
        """Keep what they say, and add to it what else is known of it then."""


def load_declarations(  # noqa: PLR0913 - what the files are read by
    folder: Path,
    policy: Policy,
    *,
    root: Path,
    now: datetime | None = None,
    may_be_empty: bool = False,
    earlier: EarlierLoads | None = None,
) -> LoadedDeclarations:
    """All declarations of a folder, with every ``*.yaml`` and ``*.yml`` below it.

    Places name their file relative to ``root``, the folder of the configuration; nothing outside of it is
    read. What is about time, as when an entry under ``allow`` has ended, is only told with ``now``.
    ``may_be_empty``: a folder that declares no contact is in order. ``earlier`` may have what the same files
    said. Raises DeclarationError with all problems of all files, sorted by place.
    """
    problems: list[Problem] = []
    in_folder = ProblemList(relative(folder, root), problems)
    with garbage_collector_off():
        paths = find_files(folder, root, problems)
        files: Iterable[FileBytes] = _read_files(paths, root, problems)
        if earlier is not None:
            files = list(files)
            known = None if problems else earlier.find(files, policy, now)
            if known is not None:
                return known
        contents = _read_contents(files, policy, problems, now)
        if not may_be_empty:
            _check_emptiness(contents, folder, in_folder)
        loaded = _loaded(contents, policy, problems, in_folder, now)
        return earlier.keep(files, policy, loaded) if earlier and isinstance(files, list) else loaded


def _loaded(
    contents: FileContents,
    policy: Policy,
    problems: list[Problem],
    in_folder: ProblemList,
    now: datetime | None,
) -> LoadedDeclarations:
    """What all files say together; DeclarationError with all problems, those included that are there."""
    declarations = _fold_bundles_in(contents, in_folder)
    problems += find_duplicates(declarations)
    problems += find_shared_emails(declarations)
    problems += find_equal_allowances(contents.allowances)
    problems += find_ignored(contents.item_holders, policy.ignore)
    problems += warn_of_items(contents.item_holders, policy.judgement, now)
    if not _has_errors(problems):
        # Only now is nothing missing that was refused, so that the folder can be judged as a whole.
        problems += warn_of_contacts(declarations, policy.judgement)
        problems += warn_of_unused_bundles(contents.bundles, contents.used_bundles)
    if _has_errors(problems):
        raise DeclarationError(problems)
    warnings = tuple(sorted(set(problems)))
    return LoadedDeclarations(
        declarations,
        warnings,
        contents.files,
        contents.allowances,
        {bundle.name: bundle.sets for bundle in contents.bundles},
    )


def _read_files(paths: Iterable[Path], root: Path, problems: list[Problem]) -> Iterator[FileBytes]:
    for path in paths:
        name = relative(path, root)
        yield name, read_bytes(path, ProblemList(name, problems))


def _read_contents(
    contents: Iterable[FileBytes], policy: Policy, problems: list[Problem], now: datetime | None
) -> FileContents:
    """What stands in all files of the folder."""
    reader = FileReader(clock.zone(policy.timezone), now)
    files = [reader.read(data, ProblemList(name, problems)) for name, data in contents]
    return FileContents(
        tuple([contact for file in files for contact in file.contacts]),
        tuple([bundle for file in files for bundle in file.bundles]),
        all(file.whole for file in files),
        len(files),
        tuple([entry for file in files for entry in file.allowances]),
    )


def problems_of_file(data: bytes, file: str) -> list[Problem]:
    """The errors of one file by itself, sorted: what only the whole folder can tell is not looked for."""
    problems: list[Problem] = []
    with garbage_collector_off():
        FileReader(clock.zone("UTC"), None).read(data, ProblemList(file, problems))
    return sorted({problem for problem in problems if problem.severity is Severity.ERROR})


def _check_emptiness(contents: FileContents, folder: Path, problems: ProblemList) -> None:
    # Otherwise a folder that was moved or misspelt would revoke all that it declared.
    if contents.contacts or problems.problems:
        return
    others = [] if contents.files else _other_files(folder)
    if others:
        message = f"declarations are *.yaml files, and this folder holds only {listed(others)}; rename them"
    else:
        message = "no file here declares a contact; add one, or write the account's with 'reconcile import'"
    problems.add(rules.NO_CONTACTS, None, f"{message}, or correct 'contacts'")


def _other_files(folder: Path) -> list[str]:
    """The files of a folder, and of those below it, that are no declarations by their names; no pages."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() != ".md")
    names = (path.relative_to(folder) for path in found)
    return sorted(name.as_posix() for name in names if not any(part.startswith(".") for part in name.parts))


def _fold_bundles_in(contents: FileContents, problems: ProblemList) -> tuple[Declaration, ...]:
    """The declarations with what their bundles give them."""
    bundles = bundles_by_name(contents.bundles, problems)
    for contact in contents.contacts if contents.whole else ():
        check_bundle_names(contact, bundles, problems)
    return tuple([with_bundles(contact, bundles, problems) for contact in contents.contacts])


def _has_errors(problems: list[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def relative(path: Path, root: Path) -> str:
    """A path as places name it: from the root, with forward slashes, fit to be printed on one line.

    Two paths may have the same text only if ``_refuse_unseen_name`` refuses one of them.
    """
    return escape_unprintable(_from_root(path, root).replace(os.sep, "/"))


def _from_root(path: Path, root: Path) -> str:
    """The path from the root; found in its text where it stands there, since a folder may have many files."""
    text, top = str(path), f"{root}{os.sep}"
    if text.startswith(top) and ".." not in text:
        return text.removeprefix(top)
    return os.path.relpath(path, root)


def _refuse_unseen_name(path: Path, root: Path, problems: ProblemList) -> None:
    """Add a problem for a name that no place, and no reader, can tell from another one."""
    name = _from_root(path, root)
    if not shows(name):
        sign = next(sign for sign in name if not shows(sign))
        holds = f"the name of this file or of its folder holds {character_name(sign)}"
        message = f"{holds}, which no reader sees or knows from other characters; rename it"
        problems.add(rules.FILE_NAME, None, message)


def find_files(folder: Path, root: Path, problems: list[Problem]) -> list[Path]:
    """All YAML files below a folder, in the order of their places, without hidden files and folders.

    Links to folders are not followed. A link to a file is read if the file lies within the folder; each
    file is read once. What leads out of the folder, or can't be looked at, becomes a problem.
    """
    in_folder = ProblemList(relative(folder, root), problems)
    if not folder.is_dir():
        ways = "'reconcile init' begins one, 'reconcile import' fills it from the account"
        in_folder.add(rules.NO_FOLDER, None, f"there is no such folder; {ways}, or correct 'contacts'")
        return []
    home = os.path.realpath(folder)
    if leads_out(folder, root):
        in_folder.add(rules.LINK_OUTSIDE, None, "this folder lies outside the configuration's; move it there")
        return []
    files: dict[str, Path] = {}
    real_folder = cache(os.path.realpath)
    for path in _candidates(folder, root, problems):
        in_file = ProblemList(relative(path, root), problems)
        _refuse_unseen_name(path, root, in_file)
        link = path.is_symlink()
        real = os.path.realpath(path) if link else f"{real_folder(path.parent)}{os.sep}{path.name}"
        if link and not Path(real).is_relative_to(home):
            in_file.add(rules.LINK_OUTSIDE, None, LINK_OUTSIDE)
        elif path.is_file() and (real not in files or not link):
            files[real] = path
        elif not path.is_file() and not path.is_dir():
            message = "this is not a regular file; put a file here or delete it"
            in_file.add(rules.UNREADABLE, None, message)
    return sorted(files.values(), key=lambda path: relative(path, root))


def _candidates(folder: Path, root: Path, problems: list[Problem]) -> Iterator[Path]:
    """The YAML files, and the links to folders, below a folder."""

    def refuse_folder(error: OSError) -> None:
        message = f"this folder can't be read: {error.strerror}; check its permissions"
        ProblemList(relative(Path(error.filename), root), problems).add(rules.UNREADABLE, None, message)

    for base, folders, files in os.walk(folder, onerror=refuse_folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(base, name).is_symlink()]
        visible = [name for name in files if not name.startswith(".")]
        for name in (*links, *(name for name in visible if name.lower().endswith(SUFFIXES))):
            yield Path(base, name)
