"""The problems of declarations as a JSON document, only written."""

from typing import Annotated

from reconcile.model.problem import Problem, ProblemReport, Severity

from .codec import Derived, Document, encode
from .json_kinds import ZERO_AS_NULL
from .json_text import json_text

FORMAT_VERSION = "1.0"


class ProblemDocument(Document[Problem]):
    """One thing that is wrong. Line and column are null for a whole file."""

    file: Annotated[str, Derived("place.file")]
    line: Annotated[int, ZERO_AS_NULL, Derived("place.line")]
    column: Annotated[int, ZERO_AS_NULL, Derived("place.column")]
    severity: Severity
    rule: str
    message: str


class ProblemsDocument(Document[ProblemReport]):
    """All problems. A new key is a minor version."""

    format_version: Annotated[str, Derived(lambda _: FORMAT_VERSION)]
    problems: tuple[ProblemDocument, ...]


def problems_json(report: ProblemReport) -> str:
    """The text of a document with all problems."""
    return json_text(encode(ProblemsDocument, report))
