"""``plan`` and ``apply`` as a person or a pipeline calls them, against a sandbox on a port."""

import json
import stat

from reconcile.sandbox import show
from tests.support.project import AS_OF, Project
from tests.support.shop import Shop

EMAIL = "grace.odell@example.com"

GRACE = """\
contacts:
  - email: grace.odell@example.com
    roles: [customer, {reference: trade-account, status: active, expires: 2027-01-31, reason: "Agreement 7"}]
    tags: [ipswich]
"""


def test_a_plan_is_shown_on_standard_output(project: Project, shop: Shop) -> None:
    """The operations, the counts and the digest; the exit code says planned."""
    project.declare(GRACE)
    done = project.run("plan", "--as-of", AS_OF)
    assert done.code == 0
    assert done.err == ""
    assert f"~ grace.odell@example.com (contact {shop.id(EMAIL)})" in done.out
    assert "+ role  trade-account  active (bypasses approval), expires 2027-01-31 (end of day, E" in done.out
    assert "Plan: 1 contact to update · roles: 1 granted" in done.out
    assert "Valid until 2027-02-01 00:00 (Europe/London)" in done.out


def test_changes_have_an_exit_code_of_their_own(project: Project) -> None:
    """Only when asked for: a plain ``plan`` succeeds with changes, too."""
    project.declare(GRACE)
    assert project.run("plan", "--detailed-exitcode", "--as-of", AS_OF).code == 2
    project.declare("contacts: [{email: grace.odell@example.com, roles: [customer]}]")
    done = project.run("plan", "--detailed-exitcode", "--as-of", AS_OF)
    assert (done.code, "No changes" in done.out) == (0, True)


def test_a_plan_sends_nothing_but_reads(project: Project, shop: Shop) -> None:
    """The server's own log: GETs and the token request."""
    project.declare(GRACE)
    assert project.run("plan", "--as-of", AS_OF).code == 0
    assert {method for method, _ in shop.requests()} == {"GET"}


def test_a_saved_plan_is_private_json(project: Project) -> None:
    """``--out`` writes the plan for its owner alone; ``--format json`` prints the same."""
    project.declare(GRACE)
    done = project.run("plan", "--as-of", AS_OF, "--out", "plan.json", "--format", "json")
    path = project.root / "plan.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8") == done.out
    document = json.loads(done.out)
    assert document["format_version"] == "1.0"
    assert [change["contact"]["email"] for change in document["changes"]] == ["grace.odell@example.com"]


def test_the_same_plan_comes_out_byte_for_byte(project: Project) -> None:
    """Two runs, with other hash seeds, print the same."""
    project.declare(GRACE)
    runs = [
        project.run_process(
            "plan", "--as-of", AS_OF, "--format", "json", environment={"PYTHONHASHSEED": seed}
        ).out
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != ""


def test_an_apply_writes_what_the_plan_showed(project: Project, shop: Shop) -> None:
    """Afterwards the account is as declared and a second apply has nothing to do."""
    project.declare(GRACE)
    done = project.run("apply", "--yes", "--as-of", AS_OF)
    assert done.code == 0, done.err
    assert "1 contact written and read back" in done.out
    assert set(shop.roles(EMAIL)) == {"customer", "trade-account"}
    writes = [path for method, path in shop.requests() if method != "GET"]
    assert writes == [f"/api/contacts/{shop.id(EMAIL)}.json"]
    again = project.run("apply", "--yes", "--as-of", AS_OF)
    assert (again.code, "No changes" in again.out) == (0, True)


def test_an_apply_mails_nobody(project: Project, shop: Shop) -> None:
    """A grant that is active at once asks nobody for a verification or an approval."""
    project.declare(GRACE)
    assert project.run("apply", "--yes", "--as-of", AS_OF).code == 0
    assert show(shop.path, "outbox") == []


def test_without_a_terminal_and_without_yes_nothing_is_written(project: Project, shop: Shop) -> None:
    """Nobody can have read the plan, so nobody has approved it; a piped "yes" is no person."""
    project.declare(GRACE)
    done = project.run("apply", "--as-of", AS_OF, entered="yes\n")
    assert done.code == 3
    assert "--yes" in done.err
    assert set(shop.roles(EMAIL)) == {"customer"}


def test_a_protected_contact_refuses_the_apply(project: Project, shop: Shop) -> None:
    """The plan is shown with its verdict and exits 0; apply refuses with 3 before its first write."""
    project.declare("contacts: [{email: owner@example.com, tags: [vip]}]")
    shown = project.run("plan", "--as-of", AS_OF)
    assert (shown.code, "protected" in shown.out) == (0, True)
    done = project.run("apply", "--yes", "--as-of", AS_OF)
    assert (done.code, "protected" in done.err) == (3, True)
    assert shop.tags("owner@example.com") == ["auto:imported"]


def test_unknown_roles_and_contacts_are_told_with_their_places(project: Project) -> None:
    """All at once, sorted, each with the nearest name; nothing is planned."""
    project.declare(
        "contacts:\n"
        "  - {email: grace.odell@example.com, roles: [trade-acount]}\n"
        "  - {email: grace.odel@example.com, tags: [a]}\n"
    )
    done = project.run("plan", "--as-of", AS_OF)
    assert (done.code, done.out) == (65, "")
    first, second = done.err.splitlines()
    assert first.startswith("contacts/team.yaml:2:46: the account has no role 'trade-acount';")
    assert first.endswith("did you mean 'trade-account'? [unknown-role]")
    assert second.startswith("contacts/team.yaml:3:5: no contact has e-mail grace.odel@example.com")
    assert second.endswith("[contact-not-found]")


def test_a_contact_is_created_when_that_is_declared(project: Project, shop: Shop) -> None:
    """The new contact is found by the next plan, which is empty."""
    project.declare(
        "contacts:\n"
        "  - email: new.customer@example.com\n"
        "    create: true\n"
        "    type: user\n"
        "    roles: [customer]\n"
        "    tags: [london]\n"
        "    profile: {firstname: Nina, lastname: New}\n"
    )
    done = project.run("apply", "--yes", "--as-of", AS_OF)
    assert done.code == 0, done.err
    again = project.run("plan", "--detailed-exitcode", "--as-of", AS_OF)
    assert (again.code, again.err) == (0, "")


def test_verbose_tells_each_request_without_what_is_in_it(project: Project) -> None:
    """Method, path, answer and time on standard error; neither token nor key nor query."""
    project.declare(GRACE)
    done = project.run("plan", "--as-of", AS_OF, "--verbose")
    lines = done.err.splitlines()
    assert any(line.startswith("GET /api/v2/roles.json: 200 in ") for line in lines)
    assert project.environment["EVANCE_PRIVATE_KEY"] not in done.err
    assert "Bearer" not in done.err


def test_a_concise_plan_leaves_out_what_is_kept(project: Project) -> None:
    """Only what happens, in the plan and in a saved one that is shown again."""
    project.declare(GRACE)
    whole = project.run("plan", "--as-of", AS_OF, "--out", "plan.json")
    brief = project.run("plan", "--as-of", AS_OF, "--concise")
    assert "= role" in whole.out
    assert "= role" not in brief.out
    assert project.run("show", "plan.json", "--concise").out == brief.out


NEW = """\
  - email: new{number:02}@example.com
    create: true
    type: user
    profile: {{firstname: Nia, lastname: Newby}}
    roles: [customer]
"""


def test_a_large_plan_is_concise_unless_asked_otherwise(project: Project) -> None:
    """Wherever it is printed; the option, and ``--verbose``, show each contact."""
    project.declare("contacts:\n" + "".join(NEW.format(number=number) for number in range(21)))
    group, last = "+ creates a contact; grants role customer; sets profile", "+ new20@example.com"
    brief = project.run("plan", "--as-of", AS_OF, "--out", "plan.json")
    assert group in brief.out
    assert "and 18 more; --no-concise shows them all" in brief.out
    assert last not in brief.out
    assert project.run("show", "plan.json").out == brief.out
    for command in (("plan", "--no-concise"), ("plan", "--verbose"), ("drift", "--no-concise")):
        whole = project.run(*command, "--as-of", AS_OF)
        assert (group in whole.out, last in whole.out) == (False, True), command
    assert group in project.run("drift", "--as-of", AS_OF).out
    refused = project.run("apply", "--as-of", AS_OF)  # no terminal to ask at
    assert (refused.code, group in refused.out) == (3, True)


def test_a_ci_log_shows_no_address(project: Project) -> None:
    """Plan and errors are masked where the log is read by others, unless the configuration says otherwise."""
    project.declare(GRACE)
    shown = project.run("plan", "--as-of", AS_OF, environment={"CI": "true"})
    assert "~ g•••@e•••.com" in shown.out
    project.declare("contacts: [{email: nobody@example.com, tags: [a]}]")
    failed = project.run("plan", "--as-of", AS_OF, environment={"CI": "true"})
    assert (failed.code, "nobody@" in failed.err) == (65, False)


def test_markdown_and_html_are_masked_by_default(project: Project) -> None:
    """Pages are published; ``--privacy show`` is a deliberate word."""
    project.declare(GRACE)
    for form in ("markdown", "html"):
        masked = project.run("plan", "--as-of", AS_OF, "--format", form)
        assert (masked.code, EMAIL in masked.out) == (0, False)
        whole = project.run("plan", "--as-of", AS_OF, "--format", form, "--privacy", "show")
        assert EMAIL in whole.out
