"""How the sandbox refuses a request of the API: what is wrong with it, and where."""

from dataclasses import dataclass
from typing import Literal

NOT_UNIQUE = "error.not-unique"

REQUIRED = "error.required"

INVALID = "error.invalid"

TOO_LONG = "error.too-long"

UNKNOWN = "error.unknown"

PROTECTED = "error.protected"

Context = Literal["data", "parameters"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request, as the v2 envelope shows it (Evance help: Add a Webhook)."""

    name: str
    message: str
    ref: str = INVALID


class Refused(Exception):
    """A request that gets an error answer: the status, what is wrong, and where (body or URL)."""

    def __init__(self, status: int, *problems: Problem, context: Context = "data") -> None:
        super().__init__(status, *problems)
        self.status = status
        self.problems = problems
        self.context = context


def refuse_if(problems: list[Problem]) -> None:
    """Raise a 422 that tells all problems at once, or return when there is none."""
    if problems:
        raise Refused(422, *problems)


def not_found(what: str) -> Refused:
    """404 for a thing that is not there."""
    return Refused(404, Problem("id", f"{what} not found", UNKNOWN), context="parameters")
