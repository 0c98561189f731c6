"""What the canonical layout changes in which files, what is wrong with others, and what was left as it is."""

from dataclasses import dataclass, field

from reconcile.model.problem import Problem


@dataclass(frozen=True, slots=True)
class FormattedFile:
    """A file whose layout is another one, with its text before and after; both None where they are masked."""

    file: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class FormatReport:
    """What became of files of declarations, in the order of their names.

    ``unchanged`` counts those that were laid out already. ``problems`` are the errors of files that can't be
    read as declarations, ``left`` the files for which no layout is known that surely says the same: neither
    was touched. ``written`` is False where it was only looked at them.
    """

    files: tuple[FormattedFile, ...]
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()
    left: tuple[str, ...] = ()
    written: bool = False
    refused: int = field(default=0)

    @property
    def looked_at(self) -> int:
        """The number of files."""
        return len(self.files) + self.unchanged + self.refused + len(self.left)
