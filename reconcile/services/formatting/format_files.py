"""Lays files of declarations out; one that is odd is told and left alone, and stops no other."""

import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconcile.authoring.formatting.layout import LayoutError, canonical_text
from reconcile.declare.loader import problems_of_file
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.source import read_bytes
from reconcile.errors import DeclarationError, ReconcileError, Refusal
from reconcile.journal.durable_files import written_beside
from reconcile.model.problem import Problem
from reconcile.model.reports.formatting import FormatReport, FormattedFile
from reconcile.services.caller import Console, ProjectChoice
from reconcile.services.importing.file_transaction import sweep_leftovers, temporary_prefix
from reconcile.text import escape_unprintable

from .chosen_files import chosen_files

STANDARD_INPUT = "<standard input>"
"""What a text that an editor hands over is called in problems."""

LEFT_ALONE = (
    "no layout is known that surely says the same, so it was left as it is; write its texts of several lines "
    "on one line, then call fmt again"
)
"""Of a file that would not read back as it was."""


def format_files(
    choice: ProjectChoice, console: Console, named: Sequence[Path] = (), *, write: bool = True
) -> FormatReport:
    """Bring files into the canonical layout, each one whole; ``write`` is False to look only.

    Those with errors are not touched. Refusal: a file was changed by somebody else meanwhile.
    ReconcileError: the disk did not take one. Either leaves that file, and those after it, as they were.
    """
    problems: list[Problem] = []
    work = _Formatting(write=write, problems=problems)
    chosen = chosen_files(choice, console, named, problems)
    if write:
        sweep_leftovers({path.resolve().parent for path in chosen.values()})
    for file, path in chosen.items():
        work.format(file, path)
    return work.report()


def format_input(data: bytes) -> str:
    """A text in the canonical layout; DeclarationError with its problems, ReconcileError for an odd one."""
    problems = problems_of_file(data, STANDARD_INPUT)
    if problems:
        raise DeclarationError(problems)
    try:
        return canonical_text(data.decode())
    except LayoutError:
        raise ReconcileError(f"{STANDARD_INPUT}: {LEFT_ALONE}") from None


@dataclass(slots=True)
class _Formatting:
    write: bool
    problems: list[Problem]
    files: list[FormattedFile] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unchanged: int = 0
    invalid: int = 0

    def format(self, file: str, path: Path) -> None:
        """Lay one file out."""
        data = read_bytes(path, ProblemList(file, self.problems))
        found = [] if data is None else problems_of_file(data, file)
        self.problems += found
        if data is None or found:
            self.invalid += 1
            return
        before = data.decode()
        try:
            after = canonical_text(before)
        except LayoutError:
            self.left.append(file)
            return
        if after == before:
            self.unchanged += 1
            return
        if self.write:
            _replace(file, path.resolve(), data, after.encode())
        self.files.append(FormattedFile(file, before, after))

    def report(self) -> FormatReport:
        """What became of all files."""
        return FormatReport(
            tuple(self.files),
            self.unchanged,
            tuple(sorted(set(self.problems))),
            tuple(self.left),
            self.write,
            self.invalid,
        )


def _replace(file: str, path: Path, before: bytes, after: bytes) -> None:
    """Put a text in the place of another one; permissions stay, and a link to the file stays one."""
    shown = escape_unprintable(file)
    try:
        if path.read_bytes() != before:
            raise Refusal(f"{shown}: changed by somebody else meanwhile, so it was left; call fmt again")
        mode = stat.S_IMODE(path.stat().st_mode)
        with written_beside(path, after, mode, prefix=temporary_prefix()) as temporary:
            temporary.replace(path)
    except OSError as error:
        raise ReconcileError(f"{shown}: can't be written: {error.strerror}; check its permissions") from None
