"""``reconcile validate`` and ``reconcile schema`` by hand: offline, complete, in every format."""

import json
import re
from pathlib import Path

import pytest

from reconcile.declare.rules import RULES
from tests.support.project import Project, project_for
from tests.support.shop import Shop

VALID = "contacts:\n  - {email: ann@example.com, tags: [vip]}\n"

WARNED = "contacts:\n  - {email: ann@example.com, tags: [vip]}\n  - {email: bob@example.com, tags: [VIP]}\n"

WRONG = "contacts:\n  - {email: bob@example.com, tag: [vip]}\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose account nobody could reach, and without credentials."""
    project = Project(tmp_path, {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"})
    project.configure("version: 1\ntargets:\n  shop: {kind: evance, account: example.evance.me}\n")
    return project


def test_valid_declarations_are_counted(project: Project) -> None:
    """A person sees that something was read."""
    project.declare(VALID)
    done = project.run_process("validate")
    assert (done.code, done.out, done.err) == (0, "1 contact in 1 file: no problems.\n", "")


def test_problems_of_configuration_and_files_are_told_in_one_run(project: Project) -> None:
    """What is wrong is told on standard error, a line each, sorted; standard output stays empty."""
    project.configure("version: 1\nprivacy: hide\n")
    project.declare(WRONG)
    done = project.run_process("validate")
    assert (done.code, done.out) == (65, "")
    assert [line.split(" ")[0] for line in done.err.splitlines()] == [
        "contacts/team.yaml:2:30:",
        "reconcile.yaml:2:10:",
    ]


@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
def test_many_problems_are_counted_at_their_end(project: Project, command: str) -> None:
    """All are told, then how many of each rule and in which files, the most first; few are not counted."""

    def team(size: int, keys: str) -> str:
        return "contacts:\n" + "".join(f"  - {{email: c{n}@example.com, {keys}}}\n" for n in range(size))

    project.declare(team(15, "tag: [vip]"))
    assert len(project.run(command).err.splitlines()) == 15
    project.declare(team(12, "tag: [vip], x: y"))
    project.declare("contacts:\n  - {email: ann@example.com, roles: vip}\n", "contacts/other.yaml")
    done = project.run(command)
    lines = done.err.splitlines()
    assert (done.code, len(lines)) == (65, 26)
    assert lines[-1] == (
        "25 problems in 2 files: 24 unknown-key, 1 wrong-type; "
        "most in contacts/team.yaml (24), contacts/other.yaml (1)"
    )


def test_a_warning_does_not_fail(project: Project) -> None:
    """It is said, counted, and the exit code is 0."""
    project.declare(WARNED)
    done = project.run("validate")
    assert (done.code, done.out) == (0, "2 contacts in 1 file: no errors, 1 warning.\n")
    assert "warning: the tag 'vip' is spelt 'VIP'" in done.err


def test_strict_makes_warnings_errors(project: Project) -> None:
    """For a pipeline that wants none."""
    project.declare(WARNED)
    done = project.run("validate", "--strict")
    assert (done.code, done.out) == (65, "")
    assert "warning" not in done.err
    assert done.err.endswith("[tag-case]\n")


def test_warnings_go_by_the_time_asked_for(project: Project) -> None:
    """A window that closed long ago is judged as of that time."""
    project.declare("contacts:\n  - {email: a@b.example, tags: [{value: vip, expires: 2026-01-31}]}\n")
    assert "[past-window]" in project.run("validate", "--as-of", "2026-11-23T09:00:00Z").err
    assert project.run("validate", "--as-of", "2026-01-01T09:00:00Z").err == ""


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_other_formats_go_to_standard_output(form: str, project: Project) -> None:
    """They are the result, with problems or without; the exit code tells the same as for text."""
    project.declare(WRONG)
    done = project.run("validate", "--format", form)
    assert (done.code, done.err) == (65, "")
    assert "unknown-key" in done.out
    project.declare(VALID)
    done = project.run("validate", "--format", form)
    assert (done.code, done.err) == (0, "")


def test_json_is_one_document(project: Project) -> None:
    """A program can read it as it is."""
    project.declare(WRONG)
    (problem,) = json.loads(project.run("validate", "--format", "json").out)["problems"]
    assert (problem["file"], problem["line"], problem["rule"]) == ("contacts/team.yaml", 2, "unknown-key")


def test_sarif_lists_all_rules(project: Project) -> None:
    """Code scanning shows what each rule is about."""
    project.declare(VALID)
    (run,) = json.loads(project.run("validate", "--format", "sarif").out)["runs"]
    assert run["results"] == []
    assert len(run["tool"]["driver"]["rules"]) > 50


def test_the_folders_of_all_targets_are_checked(project: Project) -> None:
    """Without --target nothing that is declared for any account is left unread; with it, only its own is."""
    project.configure(
        "version: 1\ntarget: shop\ncontacts: contacts/shop\ntargets:\n"
        "  shop: {kind: evance, account: shop.evance.me}\n"
        "  outlet: {kind: evance, account: outlet.evance.me, contacts: contacts/outlet}\n"
    )
    project.declare(VALID, "contacts/shop/a.yaml")
    project.declare(VALID, "contacts/outlet/a.yaml")
    assert project.run("validate").out == "2 contacts in 2 files: no problems.\n"
    project.declare(WRONG, "contacts/outlet/a.yaml")
    assert project.run("validate").code == 65
    assert project.run("validate", "--target", "shop").out == "1 contact in 1 file: no problems.\n"
    assert project.run("validate", "--target", "outlet").code == 65
    assert project.run("validate", "--target", "nowhere").code == 64


def test_a_configuration_elsewhere_brings_its_own_folder(project: Project) -> None:
    """Paths are those of the configuration's folder, wherever the command is called."""
    project.declare("version: 1\n", "shop/config.yaml")
    project.declare(WRONG, "shop/contacts/a.yaml")
    done = project.run("validate", "--config", "shop/config.yaml")
    assert done.code == 65
    assert done.err.startswith("contacts/a.yaml:2:30: ")


def test_no_credential_of_the_configuration_is_shown(project: Project) -> None:
    """Neither as text nor as a document."""
    secret = "0123456789abcdef" * 4
    project.configure(f"version: 1\nprivate_key: {secret}\ntarget: {secret}\n{secret}: x\n")
    project.declare(VALID)
    for form in ("text", "json", "github", "sarif"):
        done = project.run("validate", "--format", form)
        assert done.code == 65
        assert secret not in done.out + done.err


@pytest.mark.parametrize("what", ["declarations", "configuration", "plan"])
def test_a_schema_is_printed(what: str, tmp_path: Path) -> None:
    """Without a project: an editor may ask from anywhere."""
    done = Project(tmp_path).run("schema", what)
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_printed_schema_is_that_in_the_package(tmp_path: Path) -> None:
    """The files that samples refer to are what the command prints."""
    package = Path(__file__).parent.parent.parent / "reconcile" / "declare" / "schema"
    for path in sorted(package.glob("*.json")):
        assert Project(tmp_path).run("schema", path.stem).out == path.read_text(encoding="utf-8")


def test_roles_are_checked_against_the_account_when_asked_for(shop: Shop, tmp_path: Path) -> None:
    """A role that the account does not have is an error; one whose approval is skipped, a warning."""
    project = project_for(shop, tmp_path)
    project.declare(
        "contacts:\n  - email: bob@email.com\n    roles:\n"
        "      - {reference: trade-account, status: active}\n"
        "      - {reference: customer, status: active}\n"
    )
    assert project.run("validate").err == ""
    done = project.run("validate", "--account")
    assert (done.code, done.out) == (0, "1 contact in 1 file: no errors, 1 warning.\n")
    assert done.err.startswith(
        "contacts/team.yaml:4:9: warning: the role 'trade-account' asks for an approval"
    )
    assert project.run("validate", "--account", "--strict").code == 65
    project.declare("contacts:\n  - {email: bob@email.com, roles: [Customer]}\n")
    done = project.run("validate", "--account")
    assert done.code == 65
    assert "did you mean 'customer'?" in done.err
    assert shop.requests() == [("GET", "/api/v2/roles.json")] * 3


def test_every_rule_that_a_plan_tells_is_documented() -> None:
    """The page of rules knows what only the account can tell, too."""
    source = Path(__file__).parent.parent.parent / "reconcile" / "plan"
    text = "\n".join(path.read_text(encoding="utf-8") for path in source.rglob("*.py"))
    told = {
        *re.findall(r'Problem\([^()]*(?:\([^()]*\)[^()]*)*, "([a-z-]+)"\)', text),
        *re.findall(r'\brule="([a-z-]+)"', text),
    }
    assert {"unknown-role", "contact-not-found", "contact-claimed-twice"} <= told
    assert told <= set(RULES)
