"""``reconcile import`` on the command line, against the running shop."""

import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.support.project import AS_OF, Project
from tests.support.repository import under_git
from tests.support.shop import Shop

GRACE, TOM = "grace.odell@example.com", "tom.wherry@example.com"

WALLY = "106"
"""A guest who shares the address of two others."""


def files(project: Project) -> dict[str, str]:
    """Everything below the contacts folder, hidden or not."""
    folder = project.root / "contacts"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def assert_plan_is_empty(project: Project) -> None:
    plan = project.run("plan", "--detailed-exitcode", "--as-of", AS_OF)
    assert plan.code == 0, plan.said


@pytest.mark.parametrize("layout", ["single", "by-role", "by-tag"])
def test_a_whole_shop_is_imported_and_the_plan_is_empty(project: Project, layout: str) -> None:
    """With bundles for what many share; a second import, in another layout, changes no byte."""
    done = project.run("import", "--all", "--layout", layout, "--bundles", "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert "Imported 52 contacts of 127.0.0.1" in done.out
    assert "A plan right after this is empty for these contacts." in done.out
    assert_plan_is_empty(project)
    before = files(project)
    assert ("contacts.yaml" in before) == (layout == "single")
    again = project.run("import", "--all", "--as-of", AS_OF)
    assert (again.code, files(project)) == (0, before), again.said
    assert "Nothing to write" in again.out
    assert "52 contacts are declared already as they are" in again.out


def test_new_files_name_the_schema_of_the_project(project: Project) -> None:
    """For editors that look for it in the file; where ``init`` has written none, no line promises one."""
    project.run("import", "--email", GRACE, "--into", "contacts/plain.yaml")
    assert files(project)["plain.yaml"].startswith("contacts:")
    (project.root / "schema").mkdir()
    (project.root / "schema" / "declarations.json").write_text("{}")
    project.run("import", "--email", TOM, "--into", "contacts/uk/trade.yaml")
    line = "# yaml-language-server: $schema=../../schema/declarations.json\ncontacts:\n"
    assert files(project)["uk/trade.yaml"].startswith(line)


@pytest.mark.parametrize("selector", [("--all",), ("--email", "bob@email.com")])
def test_whoever_has_the_address_already_that_an_entry_gives_is_left_out(
    project: Project, selector: tuple[str, ...]
) -> None:
    """A second entry for what is most likely the same person would make a duplicate of the first."""
    entry = "contacts:\n  - {email: bobby@email.com, profile: {email: bob@email.com}, tags: []}\n"
    project.declare(entry)
    done = project.run("import", *selector, "--into", "contacts/rest.yaml", "--verbose")
    assert "if that is the same person, write 'id: 13' there" in done.out, done.said
    assert "13" not in files(project).get("rest.yaml", "")


def test_what_an_entry_does_not_manage_stays_so(project: Project) -> None:
    """Its roles may be somebody else's business; who asks for the contact by name wants them declared."""
    entry = f"contacts:\n  - {{email: {GRACE}, tags: [ipswich]}}\n"
    project.declare(entry)
    everybody = project.run("import", "--role", "customer", "--into", "contacts/rest.yaml")
    assert files(project)["team.yaml"] == entry
    assert (
        "1 contact holds roles or tags of a kind that the entry does not manage, so it stays" in everybody.out
    )
    project.run("import", "--email", GRACE)
    assert "roles: [customer]" in files(project)["team.yaml"]


def test_changes_that_no_commit_holds_are_told_of(project: Project) -> None:
    """An edit takes back what somebody wrote and has not applied; what is committed, Git can give back."""
    project.declare(f"contacts:\n  - {{email: {GRACE}, tags: [ipswich]}}\n")
    repository = under_git(project)
    project.declare(f"contacts:\n  - {{email: {GRACE}, tags: [ipswich, mine]}}\n")
    assert "had changes that no commit holds" in project.run("import", "--email", GRACE).err
    repository.git("checkout", "-q", ".")
    assert "no commit" not in project.run("import", "--email", GRACE).err


def test_what_is_left_out_is_told(project: Project) -> None:
    """Those that hold nothing are counted; a protected contact is named, with what to do."""
    done = project.run("import", "--all", "--as-of", AS_OF)
    assert "16 contacts hold no role or tag to be managed; name them with --email" in done.out
    assert "owner@example.com (contact 7): it is protected" in done.out
    assert "owner@example.com" not in files(project)["contacts.yaml"]


def test_a_named_contact_costs_a_handful_of_requests(project: Project, shop: Shop) -> None:
    """It is looked up, and so is whoever shares its address; nobody else is asked for."""
    done = project.run("import", "--email", GRACE, "--into", "contacts/retail/ipswich.yaml", "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert files(project) == {
        "retail/ipswich.yaml": f"contacts:\n  - email: {GRACE}\n    roles: [customer]\n    tags: [ipswich]\n"
    }
    assert shop.requests() == [
        ("GET", "/api/v2/roles.json"),
        ("GET", "/api/v2/contacts.json"),
        ("GET", f"/api/contacts/{shop.id(GRACE)}.json"),
    ]


EDITED = f"""\
# The people of Ipswich
bundles:
  local: {{roles: [customer], tags: [ipswich]}}   # since 2024

contacts:
  - email: '{GRACE}'      # the baker
    roles:
    - customer            # by hand
    - {{reference: press, reason: "a gift"}}
    tags: [ 'ipswich', vip ]   # both

  - id: {{tom}}           # Tom
    bundles: [local]
"""

EDITED_THEN = f"""\
# The people of Ipswich
bundles:
  local: {{roles: [customer], tags: [ipswich]}}   # since 2024

contacts:
  - email: '{GRACE}'      # the baker
    roles:
    - customer            # by hand
    tags: [ 'ipswich' ]   # both

  - id: {{tom}}           # Tom
    roles: [customer]
    tags: []
"""


def test_an_entry_that_is_there_is_edited_where_it_differs(project: Project, shop: Shop) -> None:
    """Comments, order, quotes and blanks stay; a set that a bundle declared stays declared without it."""
    tom = shop.id(TOM)
    shop.edit(tom, untag="trade")
    project.declare(EDITED.replace("{tom}", tom))
    done = project.run("import", "--email", GRACE, "--id", tom, "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert "~ contacts/team.yaml  2 contacts edited" in done.out
    assert files(project)["team.yaml"] == EDITED_THEN.replace("{tom}", tom)
    assert_plan_is_empty(project)


WRONG_CALLS = {
    (): "say which contacts to import: --all, or --role",
    ("--all", "--role", "customer"): "--all means every contact: leave it out, or the selectors",
    ("--all", "--into", "elsewhere.yaml"): "lies outside of the contacts folder",
    ("--all", "--into", "contacts/.hidden.yaml"): "what begins with a dot is never read",
    ("--all", "--into", "contacts/../contacts/../x"): "lies outside of the contacts folder",
    ("--all", "--layout", "by-role", "--into", "contacts/a.yaml"): "--layout by-role makes several files",
    ("--all", "--layout", "by-size"): "by-size",
}


@pytest.mark.parametrize("call", WRONG_CALLS, ids=" ".join)
def test_a_wrong_call_asks_nothing(project: Project, shop: Shop, call: tuple[str, ...]) -> None:
    """It says what to give, and ends with 64."""
    done = project.run("import", *call)
    assert done.code == 64, done.said
    assert WRONG_CALLS[call] in done.err
    assert (shop.requests(), files(project)) == ([], {})


NOBODY = {
    ("--email", "grace.odel@example.com"): f"is called 'grace.odel@example.com'; did you mean '{GRACE}'?",
    ("--id", "999999"): "--id: no contact is called '999999'; give the number that it has in Evance",
    ("--reference", "TJ-001"): "is called 'TJ-001'; give the reference that it has",
    ("--role", "custoner"): "--role: no contact holds 'custoner'; did you mean 'customer'?",
    ("--tag", "ipswitch"): "--tag: no contact holds 'ipswitch'; did you mean 'ipswich'?",
    ("--type", "users"): "--type: no contact is of type 'users'; did you mean 'user'?",
    ("--email", GRACE, "--role", "like-nothing"): "--role: no contact that was named holds 'like-nothing'",
    ("--role", "press", "--tag", "ipswich"): "no contact meets one selector of each kind that was given",
}


@pytest.mark.parametrize("call", NOBODY, ids=" ".join)
def test_a_selector_that_means_nobody_is_an_error(project: Project, call: tuple[str, ...]) -> None:
    """It names the nearest word there is, and nothing is written, not even for the others."""
    done = project.run("import", *call, "--as-of", AS_OF)
    assert (done.code, files(project)) == (65, {}), done.said
    assert NOBODY[call] in done.err


def test_a_dry_run_prints_what_git_can_apply(project: Project) -> None:
    """The diff alone is the result; the account of it stands on standard error."""
    odd = "# a\ttab, a\xa0blank, \U0001f469\u200d\U0001f467"
    project.declare(f"\ufeffcontacts:\r\n  - email: grace.odell@example.com  {odd}\r\n    tags: []\r\n")
    before = files(project)
    dry = project.run("import", "--all", "--layout", "by-role", "--dry-run", "--as-of", AS_OF)
    assert (dry.code, files(project)) == (0, before), dry.said
    assert "Would import 52 contacts" in dry.err
    assert "Nothing was written." in dry.err
    done = project.run("import", "--all", "--layout", "by-role", "--as-of", AS_OF)
    assert done.code == 0, done.said
    written = files(project)
    for name in written.keys() - before.keys():
        (project.root / "contacts" / name).unlink()
    (project.root / "contacts/team.yaml").write_bytes(before["team.yaml"].encode())
    git = ["git", "apply", "--whitespace=nowarn", "-"]
    subprocess.run(git, input=dry.out.encode(), cwd=project.root, check=True)
    assert files(project) == written


def test_a_link_in_the_place_of_a_new_file_is_named(project: Project) -> None:
    """To import again, as for a file that somebody changed, would not help: 64, with what does."""
    project.declare(f"contacts:\n  - {{email: {TOM}, tags: []}}\n", "contacts/zz.yaml")
    (project.root / "contacts/contacts.yaml").symlink_to("zz.yaml")
    done = project.run("import", "--email", GRACE, "--dry-run")
    assert done.code == 64, done.said
    assert "contacts/contacts.yaml is a link to contacts/zz.yaml: name that file with --into" in done.err
    done = project.run("import", "--email", GRACE, "--into", "contacts/zz.yaml")
    assert done.code == 0, done.said


def test_an_invalid_folder_is_refused(project: Project, shop: Shop) -> None:
    project.declare("contacts:\n  - {email: bob@email.com, rolls: []}\n")
    done = project.run("import", "--all")
    assert done.code == 65, done.said
    assert "contacts/team.yaml:2:28: unknown key 'rolls'" in done.err
    assert shop.requests() == []


EMPTY = ["", "# nothing yet\n", "contacts: []\n", "bundles: {a: {roles: [press]}}\n"]


@pytest.mark.parametrize("text", EMPTY)
def test_a_folder_without_contacts_is_in_order(project: Project, text: str) -> None:
    """That declares nobody is why somebody imports; what stands in it stays."""
    project.declare(text, "contacts/contacts.yaml")
    done = project.run("import", "--all", "--as-of", AS_OF)
    assert done.code == 0, done.said
    written = files(project)["contacts.yaml"]
    assert written.startswith(text.removesuffix("contacts: []\n"))
    assert_plan_is_empty(project)


def test_whoever_is_known_by_an_id_alone_is_named_in_a_comment(project: Project, shop: Shop) -> None:
    """Where the list tells all that is needed, names too, nobody is read one by one."""
    switches = {"switches": {"v2_nested_read": "yes"}}
    requests.put(f"{shop.access.url}/_sandbox/switches", json=switches, timeout=10).raise_for_status()
    shop.edit(WALLY, tag="vip")
    done = project.run("import", "--tag", "vip", "--as-of", AS_OF)
    assert done.code == 0, done.said
    text = files(project)["contacts.yaml"]
    assert f"  - id: {WALLY}  # Wally" in text
    assert [path for _, path in shop.requests() if path.startswith("/api/contacts/")] == []


def test_others_that_differ_are_told_of(project: Project) -> None:
    """They are not touched."""
    entry = f"contacts:\n  - {{email: {TOM}, roles: []}}\n"
    project.declare(entry)
    done = project.run("import", "--type", "user", "--tag", "ipswich", "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert files(project)["team.yaml"] == entry
    assert "1 other contact differs from the declarations as before" in done.out


def test_what_a_contact_has_lost_leaves_its_entry(project: Project, shop: Shop) -> None:
    """Also where it holds nothing any more, for which alone nobody would be imported."""
    assert project.run("import", "--email", "dorothy.wainwright@example.org", "--as-of", AS_OF).code == 0
    shop.edit(shop.id("dorothy.wainwright@example.org"), revoke="customer")
    done = project.run("import", "--all", "--as-of", AS_OF)
    assert (done.code, "51 contacts added, 1 contact edited" in done.out) == (0, True), done.said
    assert_plan_is_empty(project)


def test_whom_an_entry_was_about_is_not_gone_for_being_somebody_else_now(
    project: Project, shop: Shop
) -> None:
    """By whatever the new holder of its address is asked for: 'gone' would tell to pin that stranger."""
    project.run("import", "--email", GRACE, "--as-of", AS_OF)
    assert project.run("apply", "--yes", "--as-of", AS_OF).code == 0
    known, other = shop.id(GRACE), shop.id(TOM)
    shop.edit(known, email="grace@example.org")
    shop.edit(other, email=GRACE)
    for asked in (("--id", other), ("--email", GRACE)):
        done = project.run("import", *asked, "--as-of", AS_OF)
        assert f"contact {known} was this person at the last run; " in done.out, done.said
        assert f"pin the one that is meant with 'id: {known}' or 'id: {other}'" in done.out


def test_an_entry_that_means_nobody_is_told_of(project: Project, shop: Shop) -> None:
    """Who has another address by now is imported with it, and a plan refuses the entry, as before."""
    assert project.run("import", "--all", "--as-of", AS_OF).code == 0
    shop.edit(shop.id(TOM), email="tom@example.com")
    done = project.run("import", "--all", "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert "1 contact added" in done.out
    assert "Settle these, which a plan refuses or sets aside whatever is imported:" in done.out
    assert f"no contact has e-mail {TOM} among contacts of type user" in done.out


def test_a_contact_that_can_not_be_read_stops_nobody(project: Project, shop: Shop) -> None:
    """It is named, and the others are imported."""
    upset(shop, f"status:code=422,path=/api/contacts/{shop.id(GRACE)}.json")
    done = project.run("import", "--all", "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert f"did not show contact {shop.id(GRACE)} (422)" in done.out
    assert GRACE not in files(project)["contacts.yaml"]
    assert_plan_is_empty(project)


def upset(shop: Shop, fault: str) -> None:
    url = f"{shop.access.url}/_sandbox/faults"
    requests.put(url, json={"faults": [fault]}, timeout=10).raise_for_status()


PEOPLE_ACT = {
    "writer:contact={id},email=grace@example.com,{read}": ["grace@example.com"],
    "leaver:contact={id},{read}": [],
    "writer:contact={id},revoke=customer,when=after,{read}": [GRACE],
}


@pytest.mark.parametrize("act", PEOPLE_ACT)
def test_people_who_act_meanwhile_keep_nobody_out(project: Project, shop: Shop, act: str) -> None:
    """Who is not as listed any more is listed again; who changes after the reading is imported as read."""
    number = shop.id(GRACE)
    upset(shop, act.format(id=number, read=f"method=GET,path=/api/contacts/{number}.json,n=1"))
    done = project.run("import", "--all", "--as-of", AS_OF)
    assert done.code == 0, done.said
    text = files(project)["contacts.yaml"]
    assert [name for name in (GRACE, "grace@example.com") if f"email: {name}" in text] == PEOPLE_ACT[act]
    assert f"Imported {51 + len(PEOPLE_ACT[act])} contacts" in done.out


@pytest.mark.parametrize("file", ["team.yaml", "more.yaml"])
def test_a_file_that_changes_meanwhile_is_not_overwritten(project: Project, shop: Shop, file: str) -> None:
    """Somebody saves it while the account is read: 3, and what they wrote stays.

    Beside the files that would be written, too: it may declare the same contacts, or change their bundles.
    """
    mine = f"contacts:\n  - {{email: {GRACE}, tags: []}}\n"
    project.declare(mine)
    theirs = f"contacts:\n  - {{email: {TOM}, tags: []}}\n"
    upset(shop, f"latency:ms=1000,path=/api/contacts/{shop.id(GRACE)}.json")

    def save() -> None:
        while not shop.requests():
            time.sleep(0.01)
        project.declare(theirs, f"contacts/{file}")

    saving = threading.Thread(target=save)
    saving.start()
    done = project.run("import", "--email", GRACE, "--as-of", AS_OF)
    saving.join()
    assert (done.code, files(project)) == (3, {"team.yaml": mine, file: theirs}), done.said
    assert f"changed by somebody else meanwhile: contacts/{file}; nothing was written" in done.err


def test_what_can_not_be_declared_is_named(project: Project, shop: Shop) -> None:
    """The roles of who has a rejected grant, with the word and what to do; the tags are imported."""
    shop.edit(shop.id(GRACE), grant="press", status="rejected")
    shop.edit(shop.id(TOM), tag="zero\u200bwidth")
    done = project.run("import", "--all", "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert f"(contact {shop.id(GRACE)}): role 'press': it is 'rejected'; approve or remove" in done.out
    assert "zero\u200bwidth" not in done.out + files(project)["contacts.yaml"]
    assert_plan_is_empty(project)


def test_a_log_names_nobody(project: Project) -> None:
    """What a CI system keeps shows no address, not even the diff of a dry run."""
    for more in ((), ("--dry-run",), ("--verbose",)):
        done = project.run("import", "--all", *more, "--as-of", AS_OF, environment={"CI": "true"})
        assert done.code == 0, done.said
        assert "owner@example.com" not in done.said
        assert GRACE not in done.said
        for file in files(project):
            (project.root / "contacts" / file).unlink()


def test_an_import_works_as_of_another_time(project: Project) -> None:
    """A grant that has ended by then is not written."""
    done = project.run("import", "--email", "bob@email.com", "--as-of", "2027-06-01T00:00:00Z")
    assert done.code == 0, done.said
    assert "newsletter" not in files(project)["contacts.yaml"]


@pytest.mark.parametrize("profile", ["hostile", "awkward"])
@pytest.mark.parametrize("ids", ["same", "other"])
def test_an_account_of_another_kind_is_imported_or_nothing_is_written(
    project: Project, shop: Shop, profile: str, ids: str
) -> None:
    """Whatever the documents leave open: what can't be read is told, and a plan right after is empty."""
    switches = {"profile": profile, "switches": {"v2_ids": ids}}
    requests.put(f"{shop.access.url}/_sandbox/switches", json=switches, timeout=10).raise_for_status()
    done = project.run("import", "--all", "--layout", "by-tag", "--as-of", AS_OF)
    assert (done.code == 0) == (ids == "same"), done.said
    assert ("numbers contacts differently" in done.said) == (ids == "other")
    assert bool(files(project)) == (ids == "same" and profile == "awkward"), done.said
    if files(project):
        assert_plan_is_empty(project)


def test_the_folder_is_known_however_it_is_written(project: Project) -> None:
    """And a file whose suffix is in capitals is one."""
    configured = (project.root / "reconcile.yaml").read_text(encoding="utf-8")
    project.configure(configured + "contacts: .//people/\n")
    for name in (GRACE, TOM):
        done = project.run("import", "--email", name, "--into", "people/A.YAML", "--as-of", AS_OF)
        assert done.code == 0, done.said
    assert [path.name for path in (project.root / "people").iterdir()] == ["A.YAML"]
    text = (project.root / "people/A.YAML").read_text(encoding="utf-8")
    assert text.count("  - email: ") == 2


def test_the_account_s_own_folder_and_a_link_to_it(project: Project) -> None:
    """A path through a link of the working folder is what it leads to."""
    (project.root / "contacts").mkdir()
    (project.root / "people").symlink_to("contacts")
    done = project.run("import", "--email", GRACE, "--into", "people/a.yaml", "--as-of", AS_OF)
    assert done.code == 0, done.said
    assert list(files(project)) == ["a.yaml"]
    assert Path(project.root / "people").is_symlink()
