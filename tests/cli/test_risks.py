"""What a plan must not hide: approvals that are skipped, roles that open nothing, people who lose access."""

import json

import pytest
import requests

from reconcile.sandbox import show
from tests.support.project import AS_OF, Project
from tests.support.shop import Shop

GRACE = "grace.odell@example.com"

NEW_AND_ACTIVE = f"""\
contacts:
  - email: {GRACE}
    roles: [customer, {{reference: wholesale, status: active}}]
"""


def test_a_new_grant_that_skips_an_approval_says_so_in_every_format(project: Project) -> None:
    """In the account, wholesale asks an administrator; nobody would have been asked."""
    project.declare(NEW_AND_ACTIVE)
    plan = project.run("plan", "--as-of", AS_OF).out
    assert "+ role  wholesale  active (bypasses approval), perpetual" in plan
    assert f"! 1 role is activated past approval: wholesale of {GRACE}" in plan
    markdown = project.run("plan", "--as-of", AS_OF, "--format", "markdown", "--privacy", "show").out
    assert "> - 1 role is activated past approval: `wholesale`" in markdown
    assert "#### Activated past approval: 1 contact" in markdown
    assert "+ role  wholesale  active (bypasses approval), perpetual" in markdown
    page = project.run("plan", "--as-of", AS_OF, "--format", "html").out
    assert "active</bdi> (bypasses approval), perpetual" in page
    document = json.loads(project.run("plan", "--as-of", AS_OF, "--format", "json").out)
    (step,) = document["changes"][0]["operations"]
    assert step["bypasses_approval"] is True
    assert document["summary"]["roles"]["activated"] == 1
    assert "granted: active (bypasses approval)" in project.run("explain", GRACE, "--as-of", AS_OF).out


def test_a_schedule_that_skips_an_approval_says_so(project: Project) -> None:
    """Nobody would be asked on that day either, so the reviewer is told now."""
    project.declare(NEW_AND_ACTIVE.replace("active}", "active, starts: 2026-12-01}"))
    plan = project.run("plan", "--as-of", AS_OF).out
    assert "> role  wholesale  starts 2026-12-01, active (bypasses approval), perpetual" in plan
    document = json.loads(project.run("plan", "--as-of", AS_OF, "--format", "json").out)
    assert document["scheduled"][0]["bypasses_approval"] is True


def test_a_plan_with_a_skipped_approval_is_applied_as_it_was_approved(project: Project) -> None:
    """The contact is planned again right before its write, with the same eyes for approvals."""
    project.declare(NEW_AND_ACTIVE)
    assert project.run("plan", "--as-of", AS_OF, "--out", "plan.json").code == 0
    assert "bypasses approval" in project.run("show", "plan.json").out
    done = project.run("apply", "plan.json", "--yes", "--as-of", AS_OF)
    assert done.code == 0, done.err


def test_a_new_role_that_waits_does_not_hide_the_loss_of_the_last_one(project: Project) -> None:
    """Wholesale by its own rule waits for an administrator: until then the contact has no role at all."""
    project.declare(f"contacts: [{{email: {GRACE}, roles: [wholesale]}}]")
    done = project.run("apply", "--yes", "--as-of", AS_OF)
    assert done.code == 3
    assert "last-role: 1 contact would lose the last role" in done.err
    project.declare(f"contacts: [{{email: {GRACE}, roles: [newsletter]}}]")
    assert project.run("apply", "--yes", "--as-of", AS_OF).code == 0


def moved(domain: str, *emails: str) -> str:
    """Entries that give each contact the same name at another domain."""
    entries = (
        f"  - {{email: {email}, profile: {{email: {email.partition('@')[0]}@{domain}}}}}\n"
        for email in emails
    )
    return "contacts:\n" + "".join(entries)


def test_another_mailbox_is_the_first_thing_that_a_reviewer_sees(project: Project) -> None:
    """Whoever has the new address has the roles: first in each format, and never masked so that it hides."""
    project.declare(
        moved("exmaple.com", GRACE) + "  - {email: bob@email.com, roles: [], profile: {company: Other}}\n"
    )
    change = f'{GRACE}: email "{GRACE}" → "grace.odell@exmaple.com"'
    warning = "1 contact gets another e-mail address or username, which hands the roles to whoever has it: "
    text = project.run("plan", "--as-of", AS_OF).out
    assert text.index(f"  ! {warning}{change}") < text.index("! 1 contact loses access")
    masked = project.run("plan", "--as-of", AS_OF, "--format", "markdown").out
    assert f"> - {warning}" in masked
    assert '"g•••@e•••.com" → "g•••@e•••.com (another domain)"' in masked
    assert masked.index("#### Another e-mail address or username: 1 contact") < masked.index("#### Losing")
    assert "exmaple" not in masked
    page = project.run("plan", "--as-of", AS_OF, "--format", "html").out
    assert page.index("id=handed_over") < page.index("id=losing")
    assert page.index("<li>1 contact gets another e-mail") < page.index("<li>1 contact loses access")


def test_a_shop_full_of_addresses_at_a_misspelt_domain_is_refused(project: Project, shop: Shop) -> None:
    """Nothing is written; who means it says how many, and that lifts nothing else."""
    emails = [row["email"] for row in show(shop.path, "contacts") if row["isUser"]]
    emails.remove("owner@example.com")
    project.declare(moved("exmaple.com", *emails))
    done = project.run("apply", "--yes", "--as-of", AS_OF)
    number = len(emails)
    assert number > 50
    assert done.code == 3
    assert f"changing-email: {number} contacts would get another e-mail address or username" in done.err
    assert f"if this is meant, apply with --allow changing-email={number}" in done.err
    assert {method for method, _ in shop.requests()} == {"GET"}
    project.declare(moved("email.example.com", *emails[:6]))
    allowed = project.run("apply", "--yes", "--as-of", AS_OF, "--allow", "changing-email=6")
    assert allowed.code == 0, allowed.err


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ("protect: {contacts: [owner@example.com]}", "protected: 1 protected item would be touched"),
        ("protect: {roles: [administrator]}", "protected: 1 protected item would be touched"),
        ("guards: {granting: {roles: [administrator]}}", "protected: 1 protected item would be touched"),
        (
            "guards: {self: [owner@example.com]}",
            "self: 1 contact of the staff would lose a role or get another",
        ),
        ("guards: {self: [stranger@example.net]}", "self: 1 contact of the staff would lose a role or get"),
    ],
)
def test_the_owners_address_stays(project: Project, shop: Shop, settings: str, refusal: str) -> None:
    """Whatever says who the owner is, before the change or after it; and no override lets it through."""
    target = f'{{kind: sandbox, url: "{shop.access.url}", rate: 1000}}'
    project.configure(f"version: 1\ntarget: local\ntargets: {{local: {target}}}\n{settings}\n")
    project.declare("contacts: [{email: owner@example.com, profile: {email: stranger@example.net}}]")
    done = project.run("apply", "--yes", "--as-of", AS_OF, "--allow", "changing-email=9")
    assert done.code == 3
    assert refusal in done.err
    assert "nothing lifts this guard" in done.err
    assert shop.user("owner@example.com")


IDLE = """\
version: 1
target: local
targets: {{local: {{kind: sandbox, url: "{url}", rate: 1000}}}}
protect: {{roles: ["[Staff-tools]", "staff-*"], contacts: [ownr@example.com, owner@example.com, "7"]}}
guards: {{self: [grace.odel@example.com], granting: {{roles: [adminstrator, "*"]}}}}
"""


@pytest.mark.parametrize("command", [("plan",), ("apply", "--yes"), ("drift",)])
def test_an_entry_that_guards_nothing_is_a_warning(
    project: Project, shop: Shop, command: tuple[str, ...]
) -> None:
    """A misspelt name protects nobody; what matches a role or a contact, be it by a pattern, says nothing."""
    project.configure(IDLE.format(url=shop.access.url))
    project.declare(f"contacts: [{{email: {GRACE}, tags: [garden]}}]")
    done = project.run(*command, "--as-of", AS_OF)
    said = [line for line in done.err.splitlines() if line.startswith("Warning: the configuration's")]
    assert [line.partition(" names ")[2] for line in said] == [
        (
            "'[Staff-tools]', and the account has no such role: nothing is guarded by that; "
            "did you mean 'staff-tools'?"
        ),
        (
            "'adminstrator', and the account has no such role: nothing is guarded by that; "
            "did you mean 'administrator'?"
        ),
        *(
            f"'{name}', and the account has no such contact: nothing is guarded by that; "
            "correct it or take it out"
            for name in ("ownr@example.com", "grace.odel@example.com")
        ),
    ]


def test_an_entry_that_guards_nothing_stands_in_the_plan(project: Project, shop: Shop) -> None:
    """Whoever reviews the plan reads it, too, where addresses are masked as well."""
    project.configure(IDLE.format(url=shop.access.url))
    project.declare(f"contacts: [{{email: {GRACE}, tags: [garden]}}]")
    assert (
        "Note: the configuration's 'protect: {roles: [...]}' names '[Staff-tools]'"
        in project.run("plan", "--as-of", AS_OF).out
    )
    notes = json.loads(project.run("plan", "--as-of", AS_OF, "--format", "json").out)["notes"]
    assert len(notes) == 4
    markdown = project.run("plan", "--as-of", AS_OF, "--format", "markdown").out
    assert "> `the configuration's 'protect" in markdown
    assert "ownr@example.com" not in markdown


def test_who_keeps_a_role_is_told_in_a_log_where_all_look_alike(project: Project, shop: Shop) -> None:
    """Both are masked alike: the id says whose revocation is open."""
    people = ("bob@email.com", "bea.lomax@example.com")
    project.declare(f"contacts: [{', '.join(f'{{email: {one}, roles: []}}' for one in people)}]")
    url = f"{shop.access.url}/_sandbox/faults"
    requests.put(url, json={"faults": ["status:code=422,method=POST"]}, timeout=10).raise_for_status()
    allowed = ("--allow", "last-role=2", "--allow", "last-holder=9")
    done = project.run("apply", "--yes", "--as-of", AS_OF, *allowed, environment={"CI": "true"})
    requests.put(url, json={"faults": []}, timeout=10).raise_for_status()
    assert done.code == 4, done.said
    for number in map(shop.id, people):
        assert f"b•••@e•••.com (contact {number}): not written" in done.err
        assert f"revocation still open: customer of b•••@e•••.com (contact {number})" in done.err


def test_a_role_that_is_cut_short_stands_with_the_risks(project: Project) -> None:
    """Whoever keeps a role until tonight loses it without another plan, so the reviewer sees it first."""
    project.declare(
        f"contacts: [{{email: {GRACE}, roles: [{{reference: customer, expires: 2026-11-23T20:00:00Z}}]}}]"
    )
    warning = "1 contact keeps a role for less time than before: "
    text = project.run("plan", "--as-of", AS_OF).out
    assert f"! {warning}{GRACE}: customer only until 2026-11-23 20:00 (Europe/London)" in text
    markdown = project.run("plan", "--as-of", AS_OF, "--format", "markdown").out
    assert f"> - {warning}" in markdown
    assert "`customer` only until 2026-11-23 20:00 (Europe/London)" in markdown
    assert f"<li>{warning}" in project.run("plan", "--as-of", AS_OF, "--format", "html").out
