"""What a plan must not hide: approvals that are skipped, roles that open nothing, people who lose access."""

import json

from tests.support.project import AS_OF, Project

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
