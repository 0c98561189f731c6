"""What the canonical layout changes in which files, what is wrong with others, and what was left as it is."""

from dataclasses import dataclass

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

    ``unchanged`` counts those that were laid out already. ``problems`` are the errors of the ``invalid``
    files, which can't be read as declarations. ``left`` are files for which no layout is known that surely
    says the same. Neither was touched. ``written`` is False where nobody asked to write.
    """

    files: tuple[FormattedFile, ...]
    unchanged: int = 0
    problems: tuple[Problem, ...] = ()
    left: tuple[str, ...] = ()
    written: bool = False
    invalid: int = 0

    @property
    def looked_at(self) -> int:
        """The number of files."""
        return len(self.files) + self.unchanged + self.invalid + len(self.left)
