"""Problems of declarations as text, annotations of GitHub and GitLab, and SARIF."""

import re
from collections import Counter
from typing import Any
from urllib.parse import quote

from reconcile.documents.json_text import digest_of, json_text
from reconcile.model.problem import Problem, ProblemReport, Severity
from reconcile.text import count

SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def problems_text(report: ProblemReport) -> str:
    """How much was read, and how many warnings there are: errors end the command before it prints this."""
    warnings = len(report.problems)
    result = f"no errors, {count(warnings, 'warning')}" if warnings else "no problems"
    return f"{count(report.contacts, 'contact')} in {count(report.files, 'file')}: {result}."


def problems_github(report: ProblemReport) -> str:
    """A workflow command for each problem, which GitHub shows at the line in the pull request."""
    return "".join(map(_annotation, report.problems))


def _annotation(problem: Problem) -> str:
    place = problem.place
    properties = {"file": place.file}
    if place.line:
        properties |= {"line": str(place.line), "col": str(place.column)}
    properties["title"] = problem.rule
    values = ",".join(f"{name}={_escaped(value, _IN_PROPERTY)}" for name, value in properties.items())
    return f"::{problem.severity} {values}::{_escaped(problem.message, _IN_MESSAGE)}\n"


_IN_MESSAGE = re.compile("[%\r\n]")

_IN_PROPERTY = re.compile("[%\r\n:,]")


def _escaped(text: str, special: re.Pattern[str]) -> str:
    return special.sub(lambda match: f"%{ord(match[0]):02X}", text)


def problems_gitlab(report: ProblemReport) -> str:
    """A report of code quality, which GitLab shows in the merge request (GitLab docs: "Code Quality").

    A fingerprint tells one problem from the others when its line moves, so it is of all but the line.
    """
    earlier: Counter[tuple[str, str, str]] = Counter()
    return json_text([_quality(problem, earlier) for problem in report.problems])


def _quality(problem: Problem, earlier: Counter[tuple[str, str, str]]) -> dict[str, Any]:
    same = (problem.place.file, problem.rule, problem.message)
    earlier[same] += 1
    return {
        "description": problem.message,
        "check_name": problem.rule,
        "fingerprint": digest_of([*same, earlier[same]]).removeprefix("sha256:"),
        "severity": "major" if problem.severity is Severity.ERROR else "minor",
        "location": {"path": problem.place.file, "lines": {"begin": problem.place.line or 1}},
    }


def problems_sarif(report: ProblemReport) -> str:
    """A SARIF 2.1.0 log, as code scanning services read it."""
    known = sorted({problem.rule for problem in report.problems} | report.rules.keys())
    driver = {
        "name": "reconcile",
        "version": report.tool_version,
        "rules": [{"id": rule, "shortDescription": {"text": report.rules.get(rule, rule)}} for rule in known],
    }
    index = {rule: number for number, rule in enumerate(known)}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, index[problem.rule]) for problem in report.problems],
    }
    return json_text({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]})


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
