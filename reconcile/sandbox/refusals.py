"""How the API refuses a request: what is wrong with it, and the error bodies of v1 and v2."""

from dataclasses import dataclass
from typing import Any, Literal

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
    """Raise Refused (422) with all problems at once, or return when there is none."""
    if problems:
        raise Refused(422, *problems)


def not_found(what: str) -> Refused:
    """404 for a thing that does not exist."""
    return Refused(404, Problem("id", f"{what} not found", UNKNOWN), context="parameters")


def error_body(path: str, refused: Refused) -> dict[str, Any]:
    """The JSON of an error answer, in the envelope of the API version that the path belongs to."""
    return _v2_errors(refused) if path.startswith("/api/v2/") else _v1_errors(refused)


def _v2_errors(refused: Refused) -> dict[str, Any]:
    """Evance help, Add a Webhook: `context` is `data` (the body) or `parameters` (the URL)."""
    errors = [{"name": item.name, "message": item.message, "ref": item.ref} for item in refused.problems]
    return {"success": False, "status": refused.status, "context": refused.context, "errors": errors}


def _v1_errors(refused: Refused) -> dict[str, Any]:
    """v1 names the envelope, then the field, then its messages; other failures have one message."""
    if refused.status != 422 or refused.context == "parameters":
        text = "; ".join(f"{problem.name} {problem.message}" for problem in refused.problems)
        return {"success": False, "status": refused.status, "message": text}
    messages: dict[str, list[str]] = {}
    for problem in refused.problems:
        messages.setdefault(problem.name, []).append(problem.message)
    return {"contact": messages}
