"""The declarations that a plan leaves in the cache for the next one (why they hold: ``cache/declarations``).

Only the commands ``plan`` and ``drift`` import this, as with what was read of contacts: what is written, and
what a pipeline shows, rests on files that were parsed for it.
"""

import os
import sys
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from reconcile import __version__
from reconcile.declare.checks.warnings import tells_of_expiries
from reconcile.declare.loader import FileBytes, LoadedDeclarations, relative
from reconcile.model.declaration import Declaration, DeclaredItem
from reconcile.model.facets import SETS
from reconcile.model.settings import Policy
from reconcile.plan.digest import declarations_digest
from reconcile.services.project import Project

if TYPE_CHECKING:
    from reconcile.cache.store import CacheStore

LEAST_BYTES = 50_000
"""Minimum size of a folder: what is smaller is parsed as soon as a cache is opened."""

_PROGRAM = (
    *("clock.py", "text.py", "declare", "model", "wire"),
    *("cache/declarations.py", "documents/json_text.py", "plan/digest.py"),
)
"""What of the package reads declarations and makes their digest: whoever works on it is not fooled."""


def open_declarations(project: Project, *, refresh: bool) -> "KeptDeclarations | None":
    """What earlier plans have loaded of the target's folder; None where all is to be parsed."""
    folder = relative(project.contacts_folder, project.choice.checkout)
    return None if refresh else KeptDeclarations(project.state, folder)


@dataclass(frozen=True, slots=True)
class KeptDeclarations:
    """The declarations of a folder as they were loaded before, in ``state``, where the project keeps such."""

    state: Path
    folder: str

    def find(
        self, files: list[FileBytes], policy: Policy, now: datetime | None, /
    ) -> LoadedDeclarations | None:
        """What these very files said, unless there is anything to tell of it now."""
        opened = self._opened(files, policy)
        if opened is None:
            return None
        from reconcile.cache.declarations import read_folder  # noqa: PLC0415 - SQLite, for large folders only

        kept = read_folder(*opened)
        if kept is None or (now is not None and tells_of_expiries(kept.expiries, policy.judgement, now)):
            return None
        return LoadedDeclarations(kept.declarations, (), kept.files, (), kept.bundles, kept.digest)

    def keep(
        self, files: list[FileBytes], policy: Policy, loaded: LoadedDeclarations, /
    ) -> LoadedDeclarations:
        """Keep what they say where there is nothing to tell of it; with the digest that a plan asks for."""
        opened = self._opened(files, policy) if loaded.faultless else None
        if opened is None:
            return loaded
        from reconcile.cache.declarations import KeptFolder, keep_folder  # noqa: PLC0415 - as above

        digest = declarations_digest(loaded.declarations)
        expires = sorted({item.window.expires for item in _items(loaded) if item.window.expires})
        ends = tuple(expires[:1] + expires[-1:])
        keep_folder(*opened, KeptFolder(loaded.declarations, loaded.bundles, loaded.files, digest, ends))
        return replace(loaded, digest=digest)

    def _opened(self, files: list[FileBytes], policy: Policy) -> "tuple[CacheStore, bytes] | None":
        """The cache and the key of what these files say; None where nothing is kept of them."""
        readable = [(name, data) for name, data in files if data is not None]
        if len(readable) < len(files) or sum(len(data) for _, data in readable) < LEAST_BYTES:
            return None
        from reconcile.cache.declarations import FORM, folder_key  # noqa: PLC0415 - as above
        from reconcile.cache.store import own_caches  # noqa: PLC0415
        from reconcile.journal.durable_files import make_own_folder  # noqa: PLC0415

        zone = _rules_of(policy.timezone)
        caches = own_caches(self.state, os.environ, make_own_folder) if zone else None
        if caches is None:
            return None
        basis = repr((__version__, yaml.__version__, sys.version, policy, zone, list(_program()))).encode(
            errors="replace"
        )
        return caches.store("declarations", self.folder, FORM), folder_key(readable, basis)


def _items(loaded: LoadedDeclarations) -> Iterator[DeclaredItem]:
    """Every item of a file: those of the contacts, with what they take from bundles, and those of bundles."""
    for declaration in loaded.declarations:
        yield from _items_of(declaration)
    for sets in loaded.bundles.values():
        for items in sets.values():
            yield from items


def _items_of(declaration: Declaration) -> Iterator[DeclaredItem]:
    for facet in SETS:
        yield from declaration.items(facet)


def _rules_of(timezone: str) -> bytes | None:
    """The rules of a time zone, of the system or the package that has them; None where nothing has."""
    package = find_spec("tzdata")
    own = [str(Path(package.origin).parent / "zoneinfo")] if package and package.origin else []
    files = (Path(folder, timezone) for folder in (*zoneinfo.TZPATH, *own))
    return next((file.read_bytes() for file in files if file.is_file()), None)


def _program() -> Iterator[tuple[str, int, int]]:
    """The name, size and time of each file of the package that takes part."""
    package = Path(__file__).parents[2]
    for part in _PROGRAM:
        path = package / part
        for file in sorted(path.rglob("*.*")) if path.is_dir() else [path]:
            if file.suffix in {".py", ".yaml", ".json"}:
                status = file.stat()
                yield str(file), status.st_size, status.st_mtime_ns
