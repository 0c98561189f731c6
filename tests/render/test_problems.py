"""Problems in the formats that machines read: complete, valid, and not to be forged by a value."""

import json
import re
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconcile.documents.codec import encode_text
from reconcile.documents.reports import ProblemsDocument
from reconcile.model.problem import Place, Problem, ProblemReport, Severity
from reconcile.render.problems import problems_github, problems_gitlab, problems_sarif

PROBLEMS = (
    Problem(Place("contacts/a b.yaml", 3, 13), "unknown key 'x'; did you mean 'y'?", "unknown-key"),
    Problem(Place("contacts"), "no file here declares a contact", "no-contacts"),
    Problem(Place("contacts/z.yaml", 1, 1), "100% sure: a, b", "tag-case", Severity.WARNING),
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))

ANY = st.builds(
    Problem,
    st.builds(
        Place,
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
        st.integers(0, 9),
        st.integers(1, 9),
    ),
    TEXT,
    st.sampled_from(["unknown-key", "tag-case"]),
    st.sampled_from(list(Severity)),
)


def test_text_is_a_line_for_each_problem() -> None:
    """As editors parse it: file, line, column, message, rule."""
    assert [str(problem) for problem in PROBLEMS] == [
        "contacts/a b.yaml:3:13: unknown key 'x'; did you mean 'y'? [unknown-key]",
        "contacts: no file here declares a contact [no-contacts]",
        "contacts/z.yaml:1:1: warning: 100% sure: a, b [tag-case]",
    ]


def test_json_holds_every_part_of_a_problem() -> None:
    """A whole file has no line; the format says its version."""
    assert json.loads(encode_text(ProblemsDocument, ProblemReport(PROBLEMS[1:]))) == {
        "format_version": "1.0",
        "problems": [
            {
                "file": "contacts",
                "line": None,
                "column": None,
                "severity": "error",
                "rule": "no-contacts",
                "message": "no file here declares a contact",
            },
            {
                "file": "contacts/z.yaml",
                "line": 1,
                "column": 1,
                "severity": "warning",
                "rule": "tag-case",
                "message": "100% sure: a, b",
            },
        ],
    }


def test_github_shows_each_problem_beside_its_line() -> None:
    """The workflow commands that GitHub documents, with their own escapes."""
    assert problems_github(ProblemReport(PROBLEMS)).splitlines() == [
        "::error file=contacts/a b.yaml,line=3,col=13,title=unknown-key::unknown key 'x'; did you mean 'y'?",
        "::error file=contacts,title=no-contacts::no file here declares a contact",
        "::warning file=contacts/z.yaml,line=1,col=1,title=tag-case::100%25 sure: a, b",
    ]


COMMAND = re.compile(r"::(error|warning) ([a-z]+=[^,:\r\n]*)(,[a-z]+=[^,:\r\n]*)*::[^\r\n]*\n")


@given(ANY)
def test_no_value_forges_a_github_command(problem: Problem) -> None:
    """One problem is one command, whatever its file is called and its message says."""
    assert COMMAND.fullmatch(problems_github(ProblemReport((problem,))))


def of(**properties: Any) -> dict[str, Any]:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "required": sorted(properties),
        "properties": properties,
        "additionalProperties": False,
    }


WORDS = of(text={"type": "string", "minLength": 1})

REGION = of(startLine={"type": "integer", "minimum": 1}, startColumn={"type": "integer", "minimum": 1})

ARTIFACT = of(uri={"type": "string", "format": "uri-reference", "pattern": r"^[\w./%~-]+$"})

PHYSICAL = of(artifactLocation=ARTIFACT) | {
    "properties": {"artifactLocation": ARTIFACT, "region": REGION},
}

RESULT = of(
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["error", "warning"]},
    message=WORDS,
    locations={"type": "array", "minItems": 1, "items": of(physicalLocation=PHYSICAL)},
)

DRIVER = of(
    name={"const": "reconcile"},
    version={"type": "string"},
    rules={"type": "array", "uniqueItems": True, "items": of(id={"type": "string"}, shortDescription=WORDS)},
)

RUN = of(
    tool=of(driver=DRIVER),
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results={"type": "array", "items": RESULT},
)

SARIF = of(
    **{"$schema": {"type": "string"}, "version": {"const": "2.1.0"}, "runs": {"type": "array", "items": RUN}}
)
"""The part of SARIF 2.1.0 that a log of problems needs, and nothing beside it."""

RULES = {"unknown-key": "A key that the language does not have.", "tag-case": "A tag spelt differently."}


@given(st.lists(ANY.filter(lambda problem: bool(problem.message)), max_size=4))
def test_sarif_follows_its_specification(problems: list[Problem]) -> None:
    """Properties, types and required parts are those of SARIF 2.1.0; paths are URIs."""
    log = json.loads(problems_sarif(ProblemReport(tuple(problems), rules=RULES, tool_version="1.2.3")))
    errors = Draft202012Validator(SARIF).iter_errors(log)
    assert [error.message for error in errors] == []


def test_sarif_results_name_their_rules() -> None:
    """Each result points at the rule that it breaks; rules that nothing breaks are listed, too."""
    (run,) = json.loads(problems_sarif(ProblemReport(PROBLEMS, rules=RULES, tool_version="1.2.3")))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["no-contacts", "tag-case", "unknown-key"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [
        "unknown-key",
        "no-contacts",
        "tag-case",
    ]
    assert run["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "contacts/a%20b.yaml"},
        "region": {"startLine": 3, "startColumn": 13},
    }
    assert "region" not in run["results"][1]["locations"][0]["physicalLocation"]


@pytest.mark.parametrize("form", [partial(encode_text, ProblemsDocument), problems_sarif])
def test_documents_are_plain_ascii(form: Any) -> None:
    """They read the same everywhere and steer no terminal."""
    problem = Problem(Place("contacts/é.yaml", 1, 1), "\x1b[31m \x7f \u202e é", "unknown-key")
    report = ProblemReport((problem,), rules=RULES)
    assert all(letter == "\n" or " " <= letter <= "~" for letter in form(report))


def test_gitlab_shows_each_problem_at_its_line() -> None:
    """By the fields that GitLab documents; equal problems have fingerprints of their own, lines have none."""
    twice = (*PROBLEMS, PROBLEMS[0])
    rows = json.loads(problems_gitlab(ProblemReport(twice)))
    assert rows[0]["location"] == {"path": "contacts/a b.yaml", "lines": {"begin": 3}}
    assert (rows[0]["check_name"], rows[0]["severity"]) == ("unknown-key", "major")
    assert (rows[1]["location"]["lines"], rows[2]["severity"]) == ({"begin": 1}, "minor")
    assert len({row["fingerprint"] for row in rows}) == 4
    moved = replace(PROBLEMS[0], place=Place("contacts/a b.yaml", 30, 13))
    (row,) = json.loads(problems_gitlab(ProblemReport((moved,))))
    assert row["fingerprint"] == rows[0]["fingerprint"]
