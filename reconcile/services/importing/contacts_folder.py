"""The contacts folder before an import and, file by file, as it would be afterwards."""

import os
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from reconcile.declare.loader import LoadedDeclarations, find_files, load_declarations, relative
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.source import read_bytes
from reconcile.errors import DeclarationError, UsageError
from reconcile.model.problem import Problem, Severity
from reconcile.services.project import Project
from reconcile.services.starting.new_files import DECLARATIONS_SCHEMA
from reconcile.text import quoted, shows


@dataclass(frozen=True, slots=True)
class ContactsFolder:
    """The files of the declarations as they were read, by their places' names, and what they declare.

    ``paths`` says where each file lies. A folder without a contact, or none at all, is in order.
    """

    project: Project
    files: Mapping[str, bytes]
    paths: Mapping[str, Path]
    loaded: LoadedDeclarations

    @classmethod
    def read(cls, project: Project) -> "ContactsFolder":
        """The folder of a project's target; DeclarationError with every problem in it.

        The bytes are read first: what is changed while they are loaded is found out before it is written.
        """
        folder, root = project.contacts_folder, project.choice.checkout
        if not (folder.exists() or folder.is_symlink()):
            return cls(project, {}, {}, LoadedDeclarations())
        problems: list[Problem] = []
        paths, contents = _read_files(project, problems)
        if any(problem.severity is Severity.ERROR for problem in problems):
            raise DeclarationError(problems)
        policy = project.settings.policy
        loaded = load_declarations(folder, policy, root=root, now=project.now, may_be_empty=True)
        return cls(project, contents, paths, loaded)

    def changed_files(self) -> list[str]:
        """The files that are not as they were read any more, those that are new or gone among them."""
        _, now = _read_files(self.project, [])
        return sorted(name for name in {*self.files, *now} if self.files.get(name) != now.get(name))

    def path(self, file: str) -> Path:
        """Where a file lies, or will lie; UsageError where that is a link to another file of the folder."""
        path = self.paths.get(file, self.project.choice.checkout / file)
        if file not in self.paths and path.is_symlink():
            meant = relative(path.resolve(), self.project.choice.checkout.resolve())
            raise UsageError(f"{file} is a link to {meant}: name that file with --into")
        return path

    def head(self, file: str) -> tuple[str, ...]:
        """The first lines of a new file: they name the project's schema, where it has one, to editors."""
        if not (self.project.choice.checkout / DECLARATIONS_SCHEMA).is_file():
            return ()
        schema = posixpath.relpath(DECLARATIONS_SCHEMA, posixpath.dirname(file))
        return (f"# yaml-language-server: $schema={schema}",)

    def load_with(self, proposed: Mapping[str, bytes]) -> LoadedDeclarations:
        """What the folder would declare with these files; DeclarationError with every problem.

        They are put into a copy of the folder: the folder itself is not touched.
        """
        with TemporaryDirectory(prefix="reconcile-import-") as name:
            root = Path(name)
            for file, content in {**self.files, **proposed}.items():
                path = root / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            folder, policy = root / folder_name(self.project), self.project.settings.policy
            folder.mkdir(parents=True, exist_ok=True)
            return load_declarations(folder, policy, root=root, now=self.project.now, may_be_empty=True)


def _read_files(project: Project, problems: list[Problem]) -> tuple[dict[str, Path], dict[str, bytes]]:
    """Where the files of the folder lie, and what they hold, by their places' names."""
    folder, root = project.contacts_folder, project.choice.checkout
    paths = {relative(path, root): path for path in find_files(folder, root, problems)}
    contents = {name: read_bytes(path, ProblemList(name, problems)) for name, path in paths.items()}
    return paths, {name: content for name, content in contents.items() if content is not None}


def folder_name(project: Project) -> str:
    """The folder as places name it, without a slash at its end."""
    return relative(project.contacts_folder, project.choice.checkout)


def place_in(project: Project, into: Path) -> str:
    """A file or folder that new entries are to be written into, relative to the contacts folder.

    Empty for the folder itself. UsageError where 'reconcile plan' would not read it.
    """
    folder, into = project.contacts_folder, Path(os.path.abspath(into))  # noqa: PTH100 - `resolve` follows links
    if into.resolve() == folder.resolve():
        return ""
    # A link that leads to the folder is followed; one within it is not, nor would the loader.
    inner = _relative(into.parent.resolve() / into.name, folder.resolve()) or _relative(into, folder)
    if inner is None:
        shown = project.settings.folder(project.target)
        raise UsageError(
            f"--into {quoted(str(into))} lies outside of the contacts folder, where nothing would read it; "
            f"give a file or folder in {shown}"
        )
    _refuse_unread(inner, folder)
    return inner.as_posix()


def _relative(path: Path, folder: Path) -> Path | None:
    return path.relative_to(folder) if path.is_relative_to(folder) else None


def _refuse_unread(inner: Path, folder: Path) -> None:
    """UsageError for what the loader passes over or refuses below the contacts folder."""
    start = f"--into {quoted(inner.as_posix())}"
    if any(name.startswith(".") for name in inner.parts):
        raise UsageError(f"{start}: what begins with a dot is never read; choose another name")
    if not all(map(shows, inner.parts)):
        raise UsageError(f"{start} holds a character that nobody sees; choose another name")
    for path in (folder / inner, *(folder / inner).parents):
        if path != folder and path.is_relative_to(folder) and path.is_symlink() and path.is_dir():
            raise UsageError(
                f"{start} leads through a link to a folder, which is not followed; name the folder"
            )
