"""A field of the profile is one row: all that speaks of fields takes it from there."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconcile.wire.fields import ADDRESS_FIELDS, PROFILE_FIELDS, Masking, named_field
from tests.support.command_line import CommandResult
from tests.support.project import Project, project_for
from tests.support.shop import Shop

TOY = "vimeo"
"""A field that the account takes: its own row is taken away first, and another one added from outside."""

WITHOUT = f"""\
import sys
from reconcile.wire.fields import PROFILE_FIELDS, ContactField, Masking
del PROFILE_FIELDS[{TOY!r}]
"""

WITH = f"""{WITHOUT}
row = ContactField({TOY!r}, "A toy.", masking=Masking.INITIALS, telling=True)
PROFILE_FIELDS[row.name] = row
"""

MAIN = "from reconcile.cli.command_line import main; main(sys.argv[1:])"

TEAM = f"""\
contacts:
  - email: bob@email.com
    tags: [Widget Works]
    profile: {{{TOY}: Widget Works}}
"""


@pytest.fixture
def project(shop: Shop, tmp_path: Path) -> Project:
    """A project that declares the toy field of one contact."""
    project = project_for(shop, tmp_path)
    project.declare(TEAM)
    return project


def run(project: Project, prologue: str, *arguments: str, code: str = MAIN) -> CommandResult:
    """Run a command in a process whose table was changed before anything else was imported."""
    done = subprocess.run(
        [sys.executable, "-c", prologue + code, *arguments],
        cwd=project.root,
        env=project.process_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return CommandResult(done.returncode, done.stdout, done.stderr)


def with_toy(project: Project, *arguments: str, code: str = MAIN) -> str:
    """What a command says when the table has the toy's row."""
    result = run(project, WITH, *arguments, code=code)
    assert result.code == 0, result.err
    return result.out


def test_without_its_row_a_field_is_unknown(project: Project) -> None:
    """So that the tests below say something."""
    result = run(project, WITHOUT, "validate")
    assert result.code == 65
    assert f"unknown key '{TOY}'" in result.out + result.err


def test_a_field_is_accepted_and_in_the_schema(project: Project) -> None:
    """By the loader and by an editor."""
    assert "1 contact" in with_toy(project, "validate")
    schema = json.loads(with_toy(project, "schema", "declarations"))
    assert schema["properties"]["contacts"]["items"]["properties"]["profile"]["properties"][TOY] == {
        "type": ["string", "null"],
        "description": "A toy.",
    }


def test_a_field_is_planned_and_masked(project: Project) -> None:
    """As its row asks for: cut to initials, and hidden where a tag repeats it."""
    masked = with_toy(project, "plan", "--format", "markdown")
    assert TOY in masked
    assert "W. W." in masked
    assert "Widget" not in masked


def test_a_field_is_written(project: Project, shop: Shop) -> None:
    """Under its name in the API."""
    with_toy(project, "apply", "--yes", "--as-of", "2026-11-23T09:00:00Z")
    assert shop.user("bob@email.com")[TOY] == "Widget Works"


def test_a_field_is_in_the_docs(project: Project) -> None:
    """The page about declarations lists what the table has."""
    root = Path(__file__).parents[2]
    code = f"sys.path[:0] = [{str(root)!r}]; from tools.generate import fields_list; print(fields_list())"
    assert f"`{TOY}`" in with_toy(project, code=code)


@pytest.mark.parametrize("name", ["FirstName", "firstname", "countryCode", "COUNTRYCODE"])
def test_letter_case_of_a_name_does_not_unmask_it(name: str) -> None:
    """Whatever an account makes of the name of a field, it is the same field."""
    assert named_field(name) is not None


def test_a_field_of_both_tables_is_masked_alike() -> None:
    """A bare name in a payload does not tell whether it is of the contact or of its address."""
    for name in PROFILE_FIELDS.keys() & ADDRESS_FIELDS.keys():
        rows = PROFILE_FIELDS[name], ADDRESS_FIELDS[name]
        assert len({(row.masking, row.telling) for row in rows}) == 1


def test_an_unknown_field_is_hidden() -> None:
    """What nobody has thought about is not shown."""
    assert named_field("shoeSize") is None
    assert {field.masking for field in PROFILE_FIELDS.values()} == set(Masking)
