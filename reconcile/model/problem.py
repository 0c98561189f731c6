"""Where something stands in the declarations, and what is wrong there."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from reconcile.text import count, escape_unprintable, listed

COUNTED_FROM = 20
"""Number of problems from which on they are counted at their end: more than a screen shows."""


class Place(NamedTuple):
    """A position in a file: path relative to the repository, line and column from 1.

    A tuple, since every role, tag and field has one: a frozen dataclass takes three times as long to make.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        """``file:line:col``; a place that is a whole file has neither line nor column."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Severity(StrEnum):
    """An error stops everything; a warning is a judgement that ``--strict`` turns into an error."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, at its place, with the id of the rule it breaks."""

    place: Place
    message: str
    rule: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """``file:line:col: message [rule-id]``, as editors and CI systems parse it."""
        word = "warning: " if self.severity is Severity.WARNING else ""
        return escape_unprintable(f"{self.place}: {word}{self.message} [{self.rule}]")


def problem_lines(problems: Collection[Problem]) -> list[str]:
    """A line for each problem; where they are many, how many there are of each rule and in each file."""
    lines = list(map(str, problems))
    return [*lines, _count_line(problems)] if len(lines) >= COUNTED_FROM else lines


def _count_line(problems: Collection[Problem]) -> str:
    rules = Counter(problem.rule for problem in problems).most_common()
    files = Counter(problem.place.file for problem in problems).most_common()
    by_rule = listed([f"{number:,} {rule}" for rule, number in rules])
    by_file = listed([f"{file} ({number:,})" for file, number in files])
    most = f"; most in {by_file}" if len(files) > 1 else ""
    return f"{count(len(problems), 'problem')} in {count(len(files), 'file')}: {by_rule}{most}"


@dataclass(frozen=True, slots=True)
class ProblemReport:
    """What a check of declarations has to say: its problems, sorted by place, and how much it read.

    ``rules`` has one line about each rule id; ``tool_version`` is that of the tool that checked.
    """

    problems: tuple[Problem, ...]
    contacts: int = 0
    files: int = 0
    rules: Mapping[str, str] = field(default_factory=dict)
    tool_version: str = ""

    @property
    def failed(self) -> bool:
        """True when any problem is an error."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)
