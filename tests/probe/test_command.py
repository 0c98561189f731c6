"""`reconcile probe` as a person calls it: what it refuses, what it says, what it writes down."""

import json
from pathlib import Path

import pytest

from reconcile.declare.capabilities import load_capabilities
from reconcile.model.settings import UpdateMethod
from tests.support.project import SETTINGS, Project, project_for
from tests.support.sandbox.scratch_account import CONTACT, ScratchAccount, add
from tests.support.shop import Shop

BOB = "bob@email.com"


@pytest.fixture
def project(scratch_account: ScratchAccount, tmp_path: Path) -> Project:
    return project_for(scratch_account.shop, tmp_path)


def unwritten(shop: Shop) -> bool:
    return all(method == "GET" for method, _ in shop.requests())


def test_without_a_terminal_it_needs_yes(scratch_account: ScratchAccount, project: Project) -> None:
    """It says what it would do, and writes nothing that nobody agreed to."""
    done = project.run("probe", scratch_account.id)
    assert done.code == 3
    assert "call probe with --yes" in done.err
    assert f"writing to contact {scratch_account.id} (scratch.pad@example.com)" in done.err
    assert "for a while: retail-only, sample-box, fitters-club\n" in done.err
    assert unwritten(scratch_account.shop)


def test_the_kill_switch_holds_for_a_probe_too(scratch_account: ScratchAccount, project: Project) -> None:
    """What must not write does not, whatever the command."""
    done = project.run("probe", scratch_account.id, "--yes", environment={"RECONCILE_KILL": "1"})
    assert done.code == 3
    assert "the kill switch" in done.err
    assert unwritten(scratch_account.shop)


def test_the_roles_it_may_give_can_be_named(scratch_account: ScratchAccount, project: Project) -> None:
    """Only these are said to be given; a protected one is not, even when it is named."""
    done = project.run("probe", scratch_account.id, "--role", "press", "--role", "administrator")
    assert "for a while: press\n" in done.err


def test_a_contact_that_is_not_for_scratch_is_refused(
    scratch_account: ScratchAccount, project: Project
) -> None:
    """A typing mistake in an id must not play with a customer."""
    done = project.run("probe", scratch_account.shop.id(BOB), "--yes")
    assert done.code == 3
    assert "does not look like a scratch contact" in done.err
    assert unwritten(scratch_account.shop)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ("protect: {contacts: [Scratch.Pad@example.com]}", "protected by the configuration"),
        ("protect: {roles: [news*]}", "holds newsletter, which the configuration protects"),
        ("ignore: {roles: [newsletter]}", "holds newsletter, which the configuration protects or ignores"),
    ],
)
def test_what_the_configuration_guards_is_refused(
    scratch_account: ScratchAccount, project: Project, settings: str, reason: str
) -> None:
    """Neither a protected contact nor one with protected or ignored roles is probed."""
    start = SETTINGS.format(url=scratch_account.shop.access.url).partition("ignore:")[0]
    project.configure(f"{start}{settings}\n")
    done = project.run("probe", scratch_account.id, "--yes")
    assert (done.code, reason in done.err) == (3, True), done.err
    assert unwritten(scratch_account.shop)


@pytest.mark.parametrize("role", ["trade-account", {"reference": "press", "expires": "2001-01-01T00:00:00Z"}])
def test_a_role_that_could_not_come_back_is_refused(
    scratch_account: ScratchAccount, project: Project, role: object
) -> None:
    """A grant that waits or has lapsed can't be given anew as it was."""
    contact = {**CONTACT, "email": "scratch.two@example.com", "accessRoles": [role]}
    done = project.run("probe", add(scratch_account.shop, contact), "--yes")
    assert done.code == 3
    assert "take a contact whose roles are all active" in done.err


@pytest.mark.parametrize(
    ("contact", "code", "says"), [("999999", 1, "has no contact 999999"), ("../7", 64, "not a contact's id")]
)
def test_a_contact_that_is_not_there_is_said_so(project: Project, contact: str, code: int, says: str) -> None:
    """An unknown id is the account's answer, a word that is none is a wrong call."""
    done = project.run("probe", contact, "--yes")
    assert (done.code, says in done.err) == (code, True), done.err


def test_it_reports_and_writes_down_what_it_found(scratch_account: ScratchAccount, project: Project) -> None:
    """A table on standard output, the file beside the configuration, the contact as it was, exit code 0."""
    before = scratch_account.now()
    done = project.run("probe", scratch_account.id, "--yes")
    assert done.code == 0, done.err
    assert "update-verb       both" in done.out
    assert "Could not be found out:" in done.out
    assert "The contact is as it was before" in done.out
    assert scratch_account.now() == before
    text = (project.root / "evance.capabilities.yaml").read_text()
    assert "scratch" not in text.lower().replace("scratch contact", "")
    known = load_capabilities(project.root / "evance.capabilities.yaml")
    assert (known.update_method, known.page_size, known.refuse) == (UpdateMethod.POST, 100, ())
    assert project.run("plan").code == 65, "without declarations, but nothing is wrong with the file"


def test_the_report_can_be_json(scratch_account: ScratchAccount, project: Project) -> None:
    """All questions, those without an answer too."""
    done = project.run("probe", scratch_account.id, "--yes", "--format", "json")
    document = json.loads(done.out)
    found = {one["name"]: one["answer"] for one in document["findings"]}
    assert (document["contact"], document["stopped"], document["not_restored"]) == (
        scratch_account.id,
        None,
        [],
    )
    assert (found["v2-ids"], found["mail-on-grant"]) == ("same", None)


def test_a_contact_that_is_not_as_it_was_is_exit_code_4(
    scratch_account: ScratchAccount, project: Project
) -> None:
    """What stays is named on standard error, and the file with how the contact was is kept."""
    contact = {**CONTACT, "email": "scratch.two@example.com", "accessRoles": []}
    scratch = add(scratch_account.shop, contact)
    scratch_account.turn(customer_role="sticky")
    done = project.run("probe", scratch, "--yes")
    assert done.code == 4
    assert f"contact {scratch} is not as it was: accessRoles" in done.err
    assert (project.root / f".reconcile/probe-{scratch}.json").exists()


def test_a_file_of_an_earlier_probe_that_can_not_be_read_stops_it(
    scratch_account: ScratchAccount, project: Project
) -> None:
    """It is not overwritten: it may be all that tells how the contact was."""
    image = project.root / f".reconcile/probe-{scratch_account.id}.json"
    image.parent.mkdir()
    image.write_text("{")
    done = project.run("probe", scratch_account.id, "--yes")
    assert (done.code, "can't be read" in done.err) == (1, True)
    assert image.read_text() == "{"
    assert unwritten(scratch_account.shop)
