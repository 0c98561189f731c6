"""A format is a row in a table: added from outside, it is offered, explained and masked like all others."""

import json
import subprocess
import sys

import pytest

from reconcile.cli.formats import DEFAULT_FORMAT
from reconcile.render.registry import FORMATS
from tests.support.command_line import CommandResult
from tests.support.project import AS_OF, Project

GRACE = "contacts: [{email: grace.odell@example.com, roles: [customer, newsletter]}]"

TOY = """\
from reconcile.cli.command_line import main
from reconcile.render.registry import FORMATS, Audience, Format

FORMATS.append(Format("Plan", "toy", lambda plan: f"toy of {plan.changes[0].label}", title="toys"))
FORMATS.append(Format("Plan", "note", lambda plan: f"note on {plan.changes[0].label}", Audience.USER))
main()
"""


def run(project: Project, *arguments: str, **environment: str) -> CommandResult:
    """Run the command line with two more formats of a plan."""
    script = project.root / "with_toys.py"
    script.write_text(TOY, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script.name, *arguments],
        cwd=project.root,
        env={"PYTHONPATH": ":".join(filter(None, sys.path)), **project.environment, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return CommandResult(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def saved(project: Project) -> Project:
    """A project with a plan in ``plan.json``."""
    project.declare(GRACE)
    assert project.run("plan", "--as-of", AS_OF, "--out", "plan.json").code == 0
    return project


def test_a_format_from_outside_is_offered_and_masked(saved: Project) -> None:
    """``plan`` and ``show`` write it, masked unless it is asked for whole: its row says nothing else."""
    for command in (("plan", "--as-of", AS_OF), ("show", "plan.json")):
        assert run(saved, *command, "--format", "toy").out == "toy of g•••@e•••.com\n"
        whole = run(saved, *command, "--format", "toy", "--privacy", "show")
        assert whole.out == "toy of grace.odell@example.com\n"


def test_a_format_for_the_terminal_is_masked_in_a_log_only(saved: Project) -> None:
    """A row that says so keeps names where only the user reads them."""
    assert run(saved, "show", "plan.json", "--format", "note").out == "note on grace.odell@example.com\n"
    assert run(saved, "show", "plan.json", "--format", "note", CI="1").out == "note on g•••@e•••.com\n"


@pytest.mark.parametrize("command", ["plan", "show", "revert"])
def test_help_names_a_format_from_outside(command: str, project: Project) -> None:
    """Among the formats, and among those that are masked."""
    said = " ".join(run(project, command, "--help").out.split())
    assert "[text|json|markdown|html|toy|note]" in said
    if command != "revert":
        assert "By default Markdown, HTML, toys and the text in a CI log are masked." in said


def test_apply_offers_only_what_stays_here(project: Project) -> None:
    """It shows its plan to the user or to a program, so a page is none of its formats."""
    assert "[text|json|note]" in run(project, "apply", "--help").out


def test_every_kind_of_document_has_the_default_format() -> None:
    """So nothing is loaded to take it for granted."""
    known = {row.document for row in FORMATS}
    assert {row.document for row in FORMATS if row.name == DEFAULT_FORMAT} == known


def test_what_each_row_names_is_there() -> None:
    """It is imported when a document is shown; a misspelt place would be found by a user."""
    assert [row for row in FORMATS if not callable(row.function)] == []


def test_other_documents_have_formats_of_their_own(project: Project) -> None:
    """A plan's format is none of a timeline's."""
    done = run(project, "timeline", "--format", "toy")
    assert done.code == 64
    assert "'toy' is not one of 'text', 'json'" in done.err


def test_json_is_whole_unless_it_is_asked_for_masked(saved: Project) -> None:
    """``apply`` reads it."""
    shown = [
        saved.run("show", "plan.json", "--format", "json", *more) for more in ((), ("--privacy", "mask"))
    ]
    emails = [json.loads(done.out)["changes"][0]["contact"]["email"] for done in shown]
    assert emails == ["grace.odell@example.com", "g•••@e•••.com"]
