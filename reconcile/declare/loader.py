"""Loads a folder of declarations: every file, then what can only be said of all files together."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from reconcile import clock
from reconcile.errors import DeclarationError
from reconcile.model.declaration import Declaration
from reconcile.model.problem import Place, Problem, Severity
from reconcile.model.settings import Policy

from . import rules
from .bundles import Bundle, collect_bundles, read_bundle, report_unknown_bundles, with_bundles
from .checks.duplicates import find_duplicates
from .checks.ignored import IgnoredItems
from .checks.warnings import warn_of_contacts, warn_of_items, warn_of_unused_bundles
from .contacts import DeclarationReader, FileContact
from .files import find_files, read_file, relative
from .problems import ProblemList
from .schema.containers import ReadMapping
from .schema.dates import DayBoundaries
from .schema.declarations import FILE
from .yaml.nodes import MappingNode
from .yaml.reader import read_tree


@dataclass(frozen=True, slots=True)
class LoadedDeclarations:
    """A valid folder of declarations.

    ``declarations`` are sorted by place. ``roles`` is every declared role reference with its place, bundles'
    included, for the check against the account. ``files`` is how many files were read.
    """

    declarations: tuple[Declaration, ...]
    warnings: tuple[Problem, ...]
    roles: tuple[tuple[str, Place], ...]
    files: int


def load_declarations(
    folder: Path, policy: Policy, *, root: Path, now: datetime | None = None
) -> LoadedDeclarations:
    """All declarations of a folder, with every ``*.yaml`` and ``*.yml`` below it.

    Places tell their file relative to ``root``, the folder of the configuration; nothing outside of it is
    read. Warnings that go by the clock are only made when ``now`` is given. Raises DeclarationError with all
    problems of all files, sorted by place.
    """
    with _collector_off():
        load = _FolderLoad(policy, root, now)
        load.read(find_files(folder, root, load.problems))
        return load.finish(folder)


@contextmanager
def _collector_off() -> Iterator[None]:
    """No cyclic collection meanwhile, and none of what was made.

    The declarations have no cycles and stay for the whole run, yet the collector would walk all of them
    again and again: a third of the time of loading 100,000 contacts. Frozen objects still go when nobody
    refers to them any more.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


@dataclass(slots=True)
class _FolderLoad:
    """What has been read so far. ``whole`` is False once a bundle may be missing that a file does give."""

    policy: Policy
    root: Path
    now: datetime | None
    problems: list[Problem] = field(default_factory=list)
    written: list[FileContact] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    whole: bool = True
    files: int = 0

    def read(self, paths: list[Path]) -> None:
        calendar = DayBoundaries(clock.zone(self.policy.timezone))
        for path in paths:
            report = ProblemList(relative(path, self.root), self.problems)
            data = read_file(path, report)
            self.whole &= data is not None and self._read_file(data, DeclarationReader(report, calendar))
            self.files += 1

    def _read_file(self, data: bytes, reader: DeclarationReader) -> bool:
        root, whole = read_tree(data, reader.report, {"contacts": reader.contact})
        entry = FILE.read(root, reader.report) if root is not None else None
        if not isinstance(entry, ReadMapping):
            return whole and root is None
        self.written += [contact for _, contact in entry.values.get("contacts", ())]
        known = len(self.bundles)
        for key, name, bundle in entry.values.get("bundles", ()):
            self.bundles.append(read_bundle(key, name, bundle, reader))
        return whole and len(self.bundles) - known == _bundles_written(entry)

    def finish(self, folder: Path) -> LoadedDeclarations:
        self._check_emptiness(folder)
        report = ProblemList(relative(folder, self.root), self.problems)
        bundles = collect_bundles(self.bundles, report)
        for written in self.written if self.whole else ():
            report_unknown_bundles(written, bundles, report)
        declarations = tuple(with_bundles(written, bundles, report) for written in self.written)
        self.problems += find_duplicates(declarations)
        self._check_ignored()
        self._judge(declarations)
        if self._failed():
            raise DeclarationError(self.problems)
        return LoadedDeclarations(declarations, tuple(sorted(set(self.problems))), self._roles(), self.files)

    def _failed(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def _judge(self, declarations: tuple[Declaration, ...]) -> None:
        judgement = self.policy.judgement
        # What was refused is missing here: only a folder without errors can be judged as a whole.
        if not self._failed():
            self.problems += warn_of_contacts(declarations, judgement)
            used = {name for written in self.written for name, _ in written.bundles}
            self.problems += warn_of_unused_bundles(self.bundles, used)
        self.problems += warn_of_items(list(self._holders()), judgement, self.now)

    def _check_emptiness(self, folder: Path) -> None:
        # Otherwise a folder that was moved or misspelt would revoke whatever it declared.
        if not self.written and not self.problems:
            report = ProblemList(relative(folder, self.root), self.problems)
            report.add(
                rules.NO_CONTACTS, None, "no file here declares a contact; add one, or correct 'contacts'"
            )

    def _check_ignored(self) -> None:
        ignored = IgnoredItems(self.policy.ignore)
        for holder in self._holders():
            self.problems += ignored.roles(holder.roles or ())
            self.problems += ignored.tags(holder.tags or ())

    def _roles(self) -> tuple[tuple[str, Place], ...]:
        return tuple(
            (grant.reference, grant.place) for holder in self._holders() for grant in holder.roles or ()
        )

    def _holders(self) -> Iterator[Declaration | Bundle]:
        """What stands in the files: contacts without their bundles, and the bundles."""
        yield from (written.declaration for written in self.written)
        yield from self.bundles


def _bundles_written(entry: ReadMapping) -> int:
    """How many bundles stand in a file, whether they could be read or not."""
    node = entry.node.entries.get("bundles")
    return len(node.entries) if isinstance(node, MappingNode) else 0 if node is None else -1
