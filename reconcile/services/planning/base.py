"""The declarations of a commit, read from Git's objects with the configuration of that commit."""

import posixpath
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from reconcile.declare import rules
from reconcile.declare.capabilities import load_capabilities
from reconcile.declare.loader import SUFFIXES, LoadedDeclarations, load_declarations
from reconcile.declare.settings import load_settings
from reconcile.errors import DeclarationError, InvalidScope
from reconcile.model.settings import Settings, Target
from reconcile.plan.baseline.scope import Base
from reconcile.services.git import FILE, LINK, SUBMODULE, Repository, TreeEntry
from reconcile.services.project import Project
from reconcile.text import escape_unprintable

MOST_FILES = 200_000
"""Maximum number of files of declarations: two for each contact of the largest shop."""

MOST_BYTES = 1 << 30
"""Maximum size of all files together: ten thousand bytes for each contact of the largest shop."""

_NOTHING_DECLARED = {rules.NO_FOLDER.id, rules.NO_CONTACTS.id}
"""The rules that a commit without declarations breaks: everything is new against it."""


def read_base(project: Project, ref: str, *, own_configuration: bool = False) -> Base:
    """The declarations of a commit of the repository around the project's declarations, for its target.

    ``own_configuration``: the project's configuration counts for the commit, too, so that a configuration
    that changed makes no contact differ; the commit's own only says where its declarations lie, and for
    which account. A commit that has no configuration, or does not know the target, or has another account
    for it, declares nothing. UsageError: there is no such repository or commit, or this clone lacks a part of
    it. InvalidScope: what it declares is invalid.
    """
    repository = Repository.around(project.choice.checkout)
    base = Base(ref, repository.commit(ref))
    try:
        with TemporaryDirectory(prefix="reconcile-base-") as folder:
            return _BaseReader(project, repository, base, Path(folder), own_configuration).read()
    except DeclarationError as error:
        raise InvalidScope(
            f"what {base.name} declares is invalid, so nothing can be compared with it:\n{error}\n"
            "give --base a commit that is valid, or plan without --base"
        ) from None


@dataclass(frozen=True, slots=True)
class _BaseReader:
    """Reads a commit by way of a folder of its own, which holds what is needed of it."""

    project: Project
    repository: Repository
    base: Base
    folder: Path
    own_configuration: bool = False

    def read(self) -> Base:
        """The base with what it declares for the project's target."""
        configuration, capabilities = self.project.choice.config.name, self.project.capabilities_file.name
        self._take(self._entries([configuration, capabilities]))
        settings = self._settings(self.folder / configuration)
        if settings is None:
            return self.base
        target = next(filter(self._is_same_account, settings.targets), None)
        base = self._configured(settings, target, self.folder / capabilities)
        if target is None:
            return base
        loaded = self._load(posixpath.normpath(settings.folder(target)), base.settings)
        return replace(base, declarations=loaded.declarations, allowances=loaded.allowances)

    def _configured(self, settings: Settings, target: Target | None, capabilities: Path) -> Base:
        """The base with the configuration that counts for it: the commit's, or the project's own."""
        project = self.project
        own = self.own_configuration or settings is project.settings
        known = project.capabilities() if own else load_capabilities(capabilities)
        if own and target is not None:
            settings, target = project.settings, project.target
        return replace(self.base, settings=settings, target=target, capabilities=known)

    def _is_same_account(self, target: Target) -> bool:
        """What was declared for another account of that name has never reached this one."""
        own = self.project.target
        accounts = {one.account for one in (target, own) if one.account}
        return (target.name, target.kind) == (own.name, own.kind) and len(accounts) <= 1

    def _settings(self, path: Path) -> Settings | None:
        """The commit's configuration; the project's own where that is kept apart from the declarations.

        Where the project's counts anyway, a commit whose own is not valid by today's rules is read by it.
        """
        if path.exists():
            try:
                return load_settings(path)
            except DeclarationError:
                if not self.own_configuration:
                    raise
                return self.project.settings
        choice = self.project.choice
        return None if (choice.checkout / choice.config.name).exists() else self.project.settings

    def _load(self, contacts: str, settings: Settings) -> LoadedDeclarations:
        self._take([entry for entry in self._entries([contacts]) if self._is_declared_in(entry, contacts)])
        try:
            return load_declarations(self.folder / contacts, settings.policy, root=self.folder)
        except DeclarationError as error:
            if {problem.rule for problem in error.problems} <= _NOTHING_DECLARED:
                return LoadedDeclarations()
            raise

    def _entries(self, paths: list[str]) -> list[TreeEntry]:
        """What the commit has at and below these paths; InvalidScope where it leads elsewhere."""
        entries = self.repository.entries(self.base.commit, paths)
        for entry in entries:
            if entry.kind == SUBMODULE or (entry.kind == LINK and entry.path in paths):
                what = "another repository's" if entry.kind == SUBMODULE else "a link"
                raise InvalidScope(
                    f"at {self.base.name} {escape_unprintable(entry.path)} is {what}, which is not followed; "
                    "plan without --base, or put the files themselves there"
                )
        return [entry for entry in entries if entry.kind == FILE]

    def _is_declared_in(self, entry: TreeEntry, contacts: str) -> bool:
        """Whether the loader would read the file: none that is hidden, nor in a hidden folder.

        Git makes no name with ``..``, which would lead out of the folder; made by hand, it counts as hidden.
        """
        below = PurePosixPath(entry.path).relative_to(contacts).parts
        return entry.path.lower().endswith(SUFFIXES) and not any(name.startswith(".") for name in below)

    def _take(self, entries: list[TreeEntry]) -> None:
        """Write these files into the folder."""
        if len(entries) > MOST_FILES or sum(entry.size for entry in entries) > MOST_BYTES:
            raise InvalidScope(
                f"the declarations at {self.base.name} are too large to compare with ({len(entries)} files); "
                "plan without --base"
            )
        for entry, content in self.repository.contents(entries):
            path = self.folder / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
