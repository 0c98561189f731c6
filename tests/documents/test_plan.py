"""The JSON of a plan: what is written follows the schema and reads back as the same plan."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from reconcile.documents.plan import plan_document, plan_from_document, plan_json, plan_schema
from reconcile.model.plans.plan import Plan
from tests.support.plans.plan_samples import full_plan
from tests.support.plans.plan_strategies import PLANS

SCHEMA = Draft202012Validator(plan_schema())


def test_the_schema_is_a_schema() -> None:
    """The schema itself follows draft 2020-12."""
    Draft202012Validator.check_schema(plan_schema())


@settings(deadline=None, max_examples=40)  # a busy machine is no fault
@given(PLANS)
def test_every_plan_follows_the_schema(plan: Plan) -> None:
    """Whatever strings and values a plan holds, its document is valid."""
    SCHEMA.validate(plan_document(plan))


@settings(deadline=None, max_examples=40)  # a busy machine is no fault
@given(PLANS)
def test_a_plan_reads_back_as_it_was(plan: Plan) -> None:
    """Document and plan say the same; lone surrogates and control characters survive the file."""
    assert plan_from_document(plan_document(plan)) == plan
    assert plan_from_document(json.loads(plan_json(plan))) == plan


@settings(deadline=None, max_examples=40)  # a busy machine is no fault
@given(PLANS)
def test_a_json_file_is_printable_ascii(plan: Plan) -> None:
    """No string of a plan puts a character into the file that a terminal would act upon."""
    assert re.fullmatch(r"[\n -~]*\n", plan_json(plan))


def paths_to(value: Any, kind: type) -> list[list[str | int]]:
    """The paths of all values of a kind, payloads left out: these are free in form."""
    found: list[list[str | int]] = [[]] if isinstance(value, kind) else []
    if isinstance(value, dict):
        found += [
            [key, *path] for key, inner in value.items() if key != "payload" for path in paths_to(inner, kind)
        ]
    if isinstance(value, list):
        found += [[index, *path] for index, inner in enumerate(value) for path in paths_to(inner, kind)]
    return found


def at(document: Any, path: list[str | int]) -> Any:
    for step in path:
        document = document[step]
    return document


def sample() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(plan_json(full_plan()))
    return document


OBJECTS = paths_to(sample(), dict)


@pytest.mark.parametrize("path", OBJECTS, ids=repr)
def test_a_key_too_many_is_for_later_versions_only(path: list[str | int]) -> None:
    """1.0 is closed; a plan of a later minor version is valid with more keys, and reads as if without."""
    document = sample()
    at(document, path)["invented"] = True
    assert not SCHEMA.is_valid(document)
    document["format_version"] = "1.7"
    SCHEMA.validate(document)
    assert plan_from_document(document) == full_plan()


@pytest.mark.parametrize("path", OBJECTS, ids=repr)
def test_no_key_may_be_missing(path: list[str | int]) -> None:
    """The schema wants every key, and the reader names the one it misses (it counts the summary itself).

    What was added later may be missing: then there is nothing to say of it.
    """
    added = {"set_aside", "lapsed", "scope", "scheduled", "withheld", "undeclared", "since", "new"}
    added |= {"taken_back", "privileged", "bypasses_approval", "looked_at"}
    added |= {"allow", "lifted", "to_allow", "would_revoke", "lapsing", "status"}
    added -= set() if "would_revoke" in path else {"status"}
    for key in at(sample(), path).keys() - added:
        document = sample()
        del at(document, path)[key]
        assert not SCHEMA.is_valid(document)
        if "summary" not in [*path, key]:
            with pytest.raises(ValueError, match=re.escape(f"{key} is missing")):
                plan_from_document(document)


WRONG = [
    (["changes"], {}, "changes is not a list"),
    (["changes", 0], [], r"changes\[0\] is not an object"),
    (
        ["changes", 1, "operations", 0, "action"],
        "explode",
        r"changes\[1\]\.operations\[0\]\.action is not one of",
    ),
    (["changes", 0, "operations", 0, "facet"], "passwords", "facet is not one of: contact, roles, tags"),
    (["changes", 0, "operations", 0, "after"], "text", "after is not an object"),
    (
        ["changes", 0, "operations", 0, "after", "expires"],
        "2027-02-30T00:00:00Z",
        "expires is not an instant such as",
    ),
    (
        ["changes", 0, "operations", 3, "after"],
        {"status": "active", "expires": None},
        "after is not a string",
    ),
    (["changes", 0, "payload"], "text", "payload is not an object"),
    (["changes", 0, "contact", "source", "line"], -1, "line is not a whole number from 0"),
    (["unchanged"], True, "unchanged is not a whole number from 0"),
    (["guards", 0, "passed"], 1, "passed is not true or false"),
    (["as_of"], "2026-11-23", "as_of is not an instant such as"),
    (["boundary"], None, "boundary is not an object"),
    (["valid_until"], None, "valid_until is not a string|valid_until is not an instant"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG, ids=str)
def test_a_wrong_value_is_named_by_its_path(path: list[str | int], value: Any, message: str) -> None:
    """Reading says where and what is wrong, and never repeats the value, which may be personal."""
    document = sample()
    at(document, path[:-1])[path[-1]] = value
    with pytest.raises(ValueError, match=message) as error:
        plan_from_document(document)
    assert not isinstance(value, str) or value not in str(error.value)


@pytest.mark.parametrize("version", ["2.0", "0.9", "10.0"])
def test_another_major_version_is_refused(version: str) -> None:
    """A plan of another major version is not guessed at."""
    document = {**sample(), "format_version": version}
    assert not SCHEMA.is_valid(document)
    with pytest.raises(ValueError, match=rf"format_version is {version}; this version of reconcile reads"):
        plan_from_document(document)


@pytest.mark.parametrize("version", ["1", "one", "", "1.0.0", "1.x", "\u0661.0"])
def test_a_version_that_is_none_is_refused(version: str) -> None:
    """Only two numbers make a version."""
    with pytest.raises(ValueError, match="format_version is not a version such as"):
        plan_from_document({**sample(), "format_version": version})
