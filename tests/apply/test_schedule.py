"""What the clock may do later is what applied plans have shown, against the sandbox."""

import json
from typing import Any

import pytest

from tests.support.sandbox.sandbox_account import AS_OF, Checkout, SandboxAccount

GRACE, TOM = "grace.odell@example.com", "tom.wherry@example.com"

NOTHING = "contacts: [{email: tom.wherry@example.com, tags: []}]\n"

SCHEDULED = """\
contacts:
  - {email: tom.wherry@example.com, tags: [{value: vip, starts: 2026-12-01}]}
"""

ENDING = "contacts: [{email: tom.wherry@example.com, tags: [{value: vip, expires: 2026-11-30}]}]\n"

ENDLESS = "contacts: [{email: tom.wherry@example.com, tags: [vip]}]\n"

PRIVILEGED = """\
contacts:
  - email: tom.wherry@example.com
    manage: {roles: additive}
    roles: [{reference: press, starts: 2026-12-01}]
"""

GRANTING = "guards: {granting: {roles: [press]}}\n"

STARTED = "2026-12-01T06:00:00Z"


def schedule(checkout: Checkout, as_of: str = AS_OF) -> list[tuple[str, str, str]]:
    """Item, action and comparison of each row of a plan's schedule."""
    document: dict[str, Any] = json.loads(checkout.saved("schedule.json", as_of).read_text())
    return [(row["item"], row["action"], row["comparison"]) for row in document["scheduled"]]


def test_a_schedule_that_was_added_after_the_approval_is_refused(sandbox_account: SandboxAccount) -> None:
    """With contact, item and instant; nothing is written, recorded, or due later."""
    checkout = sandbox_account.checkout(NOTHING)
    approved = checkout.saved()
    checkout.declare(SCHEDULED)
    done = checkout.apply(str(approved))
    assert done.code == 3, done.said
    assert (
        f"{TOM} (contact 9): tag vip would start at 2026-12-01 00:00 (UTC), and that was not approved"
        in done.err
    )
    assert checkout.lines("record") == []
    assert checkout.apply("--due", as_of=STARTED).code == 0
    assert "vip" not in sandbox_account.user(TOM)["tags"]


def test_a_schedule_that_was_approved_starts_by_the_clock(sandbox_account: SandboxAccount) -> None:
    """What was shown, and applied without a write, is known from then on, and due when it starts."""
    checkout = sandbox_account.checkout(SCHEDULED)
    assert schedule(checkout) == [("vip", "add", "new")]
    assert checkout.apply(str(checkout.saved())).code == 0
    assert schedule(checkout) == [("vip", "add", "known")]
    assert checkout.apply("--due", as_of=STARTED).code == 0
    assert "vip" in sandbox_account.user(TOM)["tags"]


def test_a_tag_that_was_approved_with_an_end_is_not_given_for_ever(sandbox_account: SandboxAccount) -> None:
    """The end of a tag's window stands only in the declarations, so it is part of what was approved."""
    checkout = sandbox_account.checkout(ENDING)
    approved = checkout.saved()
    checkout.declare(ENDLESS)
    done = checkout.apply(str(approved))
    assert done.code == 3, done.said
    assert "tag vip was approved with an end, not for ever" in done.err
    checkout.declare(ENDING)
    assert checkout.apply(str(approved)).code == 0


def test_taking_a_schedule_back_needs_no_approval(sandbox_account: SandboxAccount) -> None:
    """Less than what was shown is always covered."""
    checkout = sandbox_account.checkout(SCHEDULED)
    approved = checkout.saved()
    checkout.declare(NOTHING)
    assert checkout.apply(str(approved)).code == 0


def test_a_privileged_role_is_judged_when_it_is_scheduled(sandbox_account: SandboxAccount) -> None:
    """Although that run writes nothing; once it was let pass, the clock starts it without a second word."""
    checkout = sandbox_account.checkout(PRIVILEGED, settings=GRANTING)
    refused = checkout.apply()
    assert refused.code == 3, refused.said
    assert "granting: 1 contact would gain a privileged role (1 of them later)" in refused.err
    assert checkout.lines("record") == []
    assert checkout.apply("--allow", "granting=1").code == 0
    assert len(checkout.lines("record")) == 1
    due = checkout.apply("--due", as_of=STARTED)
    assert due.code == 0, due.said
    assert "press" in sandbox_account.user(TOM)["roles"]


def test_a_schedule_that_nobody_applied_neither_starts_nor_stops_what_is_due(
    sandbox_account: SandboxAccount,
) -> None:
    """A merge that was refused, or is not applied yet, leaves the windows of the others to the clock."""
    checkout = sandbox_account.checkout(SCHEDULED, settings=GRANTING)
    assert checkout.apply().code == 0
    both = SCHEDULED + PRIVILEGED.replace("contacts:\n", "").replace(TOM, GRACE)
    checkout.declare(both)
    assert checkout.apply().code == 3
    due = checkout.apply("--due", as_of=STARTED)
    assert due.code == 0, due.said  # her role has started meanwhile, and is nobody's to give yet
    assert "vip" in sandbox_account.user(TOM)["tags"]
    assert "press" not in sandbox_account.user(GRACE)["roles"]
    checkout.declare(both.replace("2026-12-01}]\n", "2027-12-01}]\n"))
    assert checkout.apply("--due", as_of=STARTED).code == 0
    assert schedule(checkout, STARTED) == [("press", "add", "new")]


def test_a_merge_that_the_guards_refuse_stops_no_window(sandbox_account: SandboxAccount) -> None:
    """They judge what is due: he loses his last role by that merge, and she gets her tag by the clock."""
    roles = "  - {email: grace.odell@example.com, roles: [customer]}\n"
    checkout = sandbox_account.checkout(SCHEDULED + roles, settings="guards: {last-role: 0}\n")
    assert checkout.apply().code == 0
    checkout.declare(SCHEDULED + roles.replace("[customer]", "[{reference: customer, expires: 2026-11-01}]"))
    assert checkout.apply().code == 3
    due = checkout.apply("--due", as_of=STARTED)
    assert due.code == 0, due.said
    assert "vip" in sandbox_account.user(TOM)["tags"]
    assert "customer" in sandbox_account.user(GRACE)["roles"]


def number_of(email: str, account: SandboxAccount) -> str:
    """The contact's id."""
    (number,) = (id_ for id_, state in account.holds().items() if state["email"] == email)
    return number


def test_only_contacts_of_which_the_clock_asks_something_are_read(sandbox_account: SandboxAccount) -> None:
    """A shop with an hourly job pays for its windows, not for its size."""
    others = "  - {email: grace.odell@example.com, tags: []}\n"
    checkout = sandbox_account.checkout(SCHEDULED + others)
    assert checkout.apply().code == 0
    first = len(sandbox_account.requests())
    assert "Nothing is due" in checkout.apply("--due").out
    second = len(sandbox_account.requests())
    assert checkout.apply("--due", as_of=STARTED).code == 0
    paths = [one["path"] for one in sandbox_account.requests()]
    assert paths[first:second] == ["/admin/oauth/token.json", "/api/v2/roles.json"]
    tom = number_of(TOM, sandbox_account)
    assert {path for path in paths[second:] if path.startswith("/api/contacts/")} == {
        f"/api/contacts/{tom}.json"
    }


def test_what_a_run_without_a_record_has_settled_is_known_after_a_run_of_what_is_due(
    sandbox_account: SandboxAccount,
) -> None:
    """A tag that such a run gave, and a person has taken since, is not given again by the clock."""
    others = "  - {email: grace.odell@example.com, tags: [{value: fair, starts: 2026-12-02}]}\n"
    checkout = sandbox_account.checkout(SCHEDULED + others)
    assert checkout.apply().code == 0
    assert checkout.apply("--only", TOM, as_of=STARTED).code == 0  # leaves no record
    assert "vip" in sandbox_account.user(TOM)["tags"]
    sandbox_account.outside(number_of(TOM, sandbox_account), untag="vip")
    assert checkout.apply("--due", as_of="2026-12-02T06:00:00Z").code == 0
    assert "fair" in sandbox_account.user(GRACE)["tags"]
    assert "Nothing is due" in checkout.apply("--due", as_of="2026-12-02T07:00:00Z").out
    assert "vip" not in sandbox_account.user(TOM)["tags"]


def test_a_record_of_others_makes_nobody_judge_a_start_again(sandbox_account: SandboxAccount) -> None:
    """A run of what else was due takes over what it did not look at, and when that was as declared last."""
    others = "  - {email: grace.odell@example.com, tags: [{value: trade, starts: 2026-12-01T01:00:00Z}]}\n"
    checkout = sandbox_account.checkout(PRIVILEGED + others, settings=GRANTING)
    assert checkout.apply("--allow", "granting=1").code == 0
    checkout.declare((PRIVILEGED + others).replace("additive", "authoritative"))
    assert checkout.apply("--due", as_of=STARTED).code == 0
    assert "trade" in sandbox_account.user(GRACE)["tags"]
    assert "press" not in sandbox_account.user(TOM)["roles"]
    checkout.declare(PRIVILEGED + others)
    due = checkout.apply("--due", as_of="2026-12-02T06:00:00Z")
    assert due.code == 0, due.said
    assert "press" in sandbox_account.user(TOM)["roles"]


def test_a_contact_whose_write_failed_is_not_due_by_a_schedule_of_that_run(
    sandbox_account: SandboxAccount,
) -> None:
    """Only complete runs are remembered: what an incomplete one has shown is shown again."""
    checkout = sandbox_account.checkout(NOTHING)
    assert checkout.apply().code == 0
    checkout.declare(SCHEDULED + "  - {email: grace.odell@example.com, tags: [trade]}\n")
    sandbox_account.upset("status:code=422,method=POST,path=/api/contacts/32*")
    assert checkout.apply().code in {1, 4}
    sandbox_account.calm()
    assert checkout.apply("--due", as_of=STARTED).code == 0
    assert "vip" not in sandbox_account.user(TOM)["tags"]
    assert schedule(checkout) == [("vip", "add", "new")]


@pytest.mark.parametrize("guard", ["granting", "protected"])
def test_what_is_guarded_only_after_it_was_scheduled_is_judged_under_that_configuration(
    sandbox_account: SandboxAccount, guard: str
) -> None:
    """Or a guard would let pass by the clock what it has never seen."""
    checkout = sandbox_account.checkout(PRIVILEGED)
    assert checkout.apply().code == 0
    text = (checkout.root / "reconcile.yaml").read_text("utf-8")
    guarded = (
        text + GRANTING if guard == "granting" else text.replace("administrator]", "administrator, press]")
    )
    checkout.configure(guarded)
    refused = checkout.apply()
    assert refused.code == 3, refused.said
    assert f"{guard}: 1 " in refused.err
    assert checkout.apply("--due", as_of=STARTED).code == 0
    assert "press" not in sandbox_account.user(TOM)["roles"]
    if guard == "granting":
        assert checkout.apply("--allow", "granting=1").code == 0
        assert schedule(checkout) == [("press", "add", "known")]
        assert checkout.apply("--due", as_of=STARTED).code == 0
        assert "press" in sandbox_account.user(TOM)["roles"]


@pytest.mark.parametrize(
    "edit",
    [
        "{email: tom.wherry@example.com, tags: [vip]}",
        "{email: tom.wherry@example.com, tags: [ipswich], manage: {tags: additive}}",
        "{email: tom.wherry@example.com, roles: [customer], manage: {roles: additive}}",
        "{email: grace.odell@example.com, tags: []}",
    ],
    ids=["without an end", "the tag additive", "the tags unmanaged", "the entry deleted"],
)
def test_a_tag_does_not_stay_beyond_an_end_that_was_approved(
    sandbox_account: SandboxAccount, edit: str
) -> None:
    """A later end would be refused, too; to take the end away is the same for longer."""
    checkout = sandbox_account.checkout(ENDING)
    assert checkout.apply().code == 0
    approved = checkout.saved()
    checkout.declare(f"contacts: [{edit}]\n")
    done = checkout.apply(str(approved))
    assert done.code == 3, done.said
    assert f"{TOM} (contact 9): tag vip w" in done.err
    assert checkout.apply(str(checkout.saved())).code == 0


@pytest.mark.parametrize(
    "entry",
    [
        "{email: nobody@example.com, tags: [vip]}",
        "{email: grace.odell@example.com, roles: [presss]}",
    ],
    ids=["who is nobody", "of an unknown role"],
)
def test_an_invalid_entry_of_a_later_merge_stops_no_window(
    sandbox_account: SandboxAccount, entry: str
) -> None:
    """It is an error of the run that is to apply it; the clock's run is about what was applied before."""
    checkout = sandbox_account.checkout(SCHEDULED)
    assert checkout.apply().code == 0
    checkout.declare(f"{SCHEDULED}  - {entry}\n")
    assert checkout.apply(as_of=STARTED).code == 65
    due = checkout.apply("--due", as_of=STARTED)
    assert due.code in {0, 4}, due.said
    assert "vip" in sandbox_account.user(TOM)["tags"]


def test_a_run_of_what_is_due_says_that_another_configuration_stops_it(
    sandbox_account: SandboxAccount,
) -> None:
    """Nothing starts or ends by the clock then, until somebody applies the whole."""
    checkout = sandbox_account.checkout(SCHEDULED)
    assert checkout.apply().code == 0
    checkout.configure((checkout.root / "reconcile.yaml").read_text("utf-8") + GRANTING)
    due = checkout.apply("--due", as_of=STARTED)
    assert "nothing starts or ends by the clock" in due.out, due.said
    assert "vip" not in sandbox_account.user(TOM)["tags"]


def test_schedules_of_several_runs_count_together(sandbox_account: SandboxAccount) -> None:
    """Or as many roles as one likes could be scheduled, a few a run, and start together."""
    checkout = sandbox_account.checkout(
        PRIVILEGED, settings="guards: {granting: {roles: [press], contacts: 1}}\n"
    )
    assert checkout.apply().code == 0
    checkout.declare(PRIVILEGED + PRIVILEGED.replace("contacts:\n", "").replace(TOM, GRACE))
    refused = checkout.apply()
    assert refused.code == 3, refused.said
    assert "granting: 2 contacts would gain a privileged role" in refused.err
    assert "(1 of them in the last 24 hours)" in refused.err
    assert checkout.apply(as_of="2026-11-24T10:00:00Z").code == 0
