"""Problems of declarations as text, JSON, GitHub annotations and SARIF."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reconcile.model.problem import Problem, Severity

FORMAT_VERSION = "1.0"

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def problems_text(problems: Iterable[Problem]) -> str:
    """A line for each problem, as editors and CI systems parse it; ends with a line break unless empty."""
    return "".join(f"{problem}\n" for problem in problems)


def problems_json(problems: Sequence[Problem]) -> str:
    """A document with all problems. New keys are a minor version; ``line`` is null for a whole file."""
    document = {"format_version": FORMAT_VERSION, "problems": [_document(problem) for problem in problems]}
    return _json(document)


def _document(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "file": place.file,
        "line": place.line or None,
        "column": place.column or None,
        "severity": str(problem.severity),
        "rule": problem.rule,
        "message": problem.message,
    }


def problems_github(problems: Iterable[Problem]) -> str:
    """A workflow command for each problem, which GitHub shows beside the line in the pull request."""
    return "".join(map(_annotation, problems))


def _annotation(problem: Problem) -> str:
    place = problem.place
    properties = {"file": place.file}
    if place.line:
        properties |= {"line": str(place.line), "col": str(place.column)}
    properties["title"] = problem.rule
    told = ",".join(f"{name}={_escaped(value, _IN_PROPERTY)}" for name, value in properties.items())
    return f"::{problem.severity} {told}::{_escaped(problem.message, _IN_MESSAGE)}\n"


_IN_MESSAGE = re.compile("[%\r\n]")

_IN_PROPERTY = re.compile("[%\r\n:,]")


def _escaped(text: str, special: re.Pattern[str]) -> str:
    return special.sub(lambda found: f"%{ord(found[0]):02X}", text)


def problems_sarif(problems: Sequence[Problem], rules: Mapping[str, str], tool_version: str) -> str:
    """A SARIF 2.1.0 log, as code scanning services read it. ``rules`` has one line about each rule id."""
    known = sorted({problem.rule for problem in problems} | rules.keys())
    driver = {
        "name": "reconcile",
        "version": tool_version,
        "rules": [{"id": rule, "shortDescription": {"text": rules.get(rule, rule)}} for rule in known],
    }
    index = {rule: number for number, rule in enumerate(known)}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, index[problem.rule]) for problem in problems],
    }
    return _json({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(problem: Problem, index: int) -> dict[str, Any]:
    place = problem.place
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(place.file)}}
    if place.line:
        physical["region"] = {"startLine": place.line, "startColumn": place.column}
    return {
        "ruleId": problem.rule,
        "ruleIndex": index,
        "level": "error" if problem.severity is Severity.ERROR else "warning",
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": physical}],
    }


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2).replace("\x7f", "\\u007f") + "\n"
