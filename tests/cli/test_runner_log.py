"""What reaches the log of a CI job: nothing that a customer typed may be obeyed by its runner."""

import json

import pytest

from reconcile.cli.output import print_error
from tests.support.forge.runner_log import commands_in
from tests.support.project import AS_OF, RUNNERS, Project
from tests.support.shop import Shop

V1, V2 = "##[add-mask]x", "::set-output name=changes::true"

COMMANDS = f"{V2}\n {V2}\r{V2}\u2028##vso[task.setvariable variable=x]y {V1}"

BOB, LUCY = "bob@email.com", "lucy.fenwick@example.org"

DECLARED = f"""\
contacts:
  - email: {BOB}
    roles: [customer]
    tags: ["{V1}", "{V2}"]
    profile: {{company: "{V1} {V2}"}}
  - email: {LUCY}
    manage: {{tags: authoritative}}
    tags: []
"""


@pytest.fixture
def hostile(project: Project, shop: Shop) -> Project:
    """A project whose account and declarations have commands in names, tags, roles, files and reasons."""
    for email in (BOB, LUCY):
        shop.edit(shop.id(email), firstname=COMMANDS, lastname=V1, reference=V2, tag=COMMANDS)
    shop.edit(shop.id(LUCY), tag=V2)
    project.configure(f"{(project.root / 'reconcile.yaml').read_text()}privacy: show\n")
    project.declare(DECLARED, f"contacts/{V2}.yaml")
    return project


SHOWN = [
    ("plan",),
    ("plan", "--format", "json"),
    ("plan", "--format", "markdown"),
    ("plan", "--check"),
    ("plan", "--only", V2),
    ("drift"),
    ("drift", "--format", "markdown"),
    ("explain", LUCY),
    ("explain", V2),
    ("timeline"),
    ("validate", "--account"),
    ("import", "--all", "--dry-run"),
    ("apply", "--yes"),
    ("history",),
    ("show", f"{V2}.json"),
    ("plan", "--target", V2),
]


@pytest.mark.parametrize("runner", RUNNERS)
def test_no_live_text_is_a_command_to_a_runner(hostile: Project, runner: str) -> None:
    """On both streams, in text and in the formats that are printed, and where a command fails."""
    shown = SHOWN if runner == "CI" else SHOWN[:3]
    for arguments in shown:
        as_of = () if arguments[0] in {"history", "show"} else ("--as-of", AS_OF)
        done = hostile.run(*arguments, *as_of, environment={runner: "true"})
        assert commands_in(done.out) == [], arguments
        assert commands_in(done.err) == [], arguments
        if "json" in arguments:
            changes = json.loads(done.out)["changes"]
            operations = [operation for change in changes for operation in change["operations"]]
            tags = {operation["item"] for operation in operations if operation["facet"] == "tags"}
            assert tags >= {V1, V2, COMMANDS}


def test_annotations_stay_commands_of_ours(hostile: Project) -> None:
    """One a problem, which holds no other; as a person sees them, nothing is spelt otherwise."""
    hostile.declare(f'contacts:\n  - email: a@b.example\n    "{V1}": 1\n', "contacts/b.yaml")
    done = hostile.run("validate", "--format", "github", environment={"CI": "true"})
    assert [line[:8] for line in commands_in(done.out)] == ["::error "]
    assert "##[" not in done.out
    assert "##[" in hostile.run("validate", "--format", "github").out


def test_what_the_sandbox_shows_is_safe_too(hostile: Project, shop: Shop) -> None:
    """It holds what customers typed; its JSON stays JSON."""
    for form in ("text", "json"):
        done = hostile.run(
            "sandbox", "show", "contacts", "--db", str(shop.path), "--format", form, environment={"CI": "1"}
        )
        assert (done.code, commands_in(done.out)) == (0, [])
    assert COMMANDS in {row["firstname"] for row in json.loads(done.out)}


def test_a_message_of_the_server_is_no_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is printed on standard error passes one place; outside of CI nothing is changed."""
    for name in RUNNERS:
        monkeypatch.delenv(name, raising=False)
    print_error(COMMANDS)
    assert capsys.readouterr().err == f"{COMMANDS}\n"
    monkeypatch.setenv("TF_BUILD", "True")
    print_error(COMMANDS)
    assert commands_in(capsys.readouterr().err) == []


def test_sections_of_gitlab_are_no_text(hostile: Project, shop: Shop) -> None:
    """GitLab folds lines at a marker that needs a carriage return and an escape: neither is ever printed."""
    shop.edit(shop.id(LUCY), tag="section_start:1:x\r\x1b[0Khidden")
    done = hostile.run("plan", "--as-of", AS_OF, environment={"CI": "true"})
    assert "section_start" in done.out
    assert not set("\r\x1b") & set(done.out + done.err)
