"""A plan after a plan reads only what has moved, and shows the same; what writes reads everything."""

import json
from datetime import timedelta

import pytest

from tests.support.repository import Repository
from tests.support.sandbox.random_entries import PEOPLE
from tests.support.sandbox.remembering_checkout import RememberingCheckout
from tests.support.sandbox.sandbox_account import PAGE, SandboxAccount

GRACE, TOM, CARYS = PEOPLE

DAY = timedelta(days=1)


def as_it_is(account: SandboxAccount, *contacts: str) -> str:
    """Declarations with the roles that these contacts have."""
    entries = [{"id": int(id_), "roles": _roles_of(account, id_)} for id_ in contacts]
    return json.dumps({"contacts": entries})


def _roles_of(account: SandboxAccount, contact: str) -> list[dict[str, str]]:
    """Those that nobody ignores, with their ends."""
    grants = account.holds()[contact]["roles"].items()
    return [
        {"reference": role, **({"expires": expires} if expires else {})}
        for role, (_, expires) in grants
        if not role.startswith("staff-")
    ]


@pytest.fixture
def settled(sandbox_account: SandboxAccount) -> RememberingCheckout:
    """A checkout that declares three contacts as they are, after a first plan."""
    checkout = RememberingCheckout.of(sandbox_account, as_it_is(sandbox_account, *PEOPLE))
    assert checkout.run("plan").code == 0
    assert checkout.reads() == sorted(PEOPLE)
    return checkout


def test_a_second_plan_asks_for_the_list_alone(settled: RememberingCheckout) -> None:
    """And for the token and the roles; it says so, in words that name the way out."""
    settled.wait(timedelta(hours=1))
    done = settled.assert_same_as_without("plan", "--format", "json")
    settled.run("plan")
    pages = -(-len(settled.account.holds()) // PAGE)
    asked = [request["path"] for request in settled.account.requests()]
    assert asked == [
        "/admin/oauth/token.json",
        "/api/v2/roles.json",
        *["/api/v2/contacts.json"] * pages,
    ]
    assert done.err == (
        "3 contacts were not read again: the account's list shows no change since they were read, "
        "at 2026-11-23 10:00 (UTC); --refresh reads all\n"
    )


def test_drift_takes_them_too(settled: RememberingCheckout) -> None:
    """But not where it writes into the declarations what it has found."""
    settled.assert_same_as_without("drift", "--format", "json")
    settled.run("drift")
    assert settled.reads() == []
    settled.run("drift", "--refresh")
    assert settled.reads() == sorted(PEOPLE)
    settled.run("drift", "--adopt", "--dry-run")
    assert settled.reads() == sorted(PEOPLE)


def test_who_asks_for_it_or_writes_reads_everybody(settled: RememberingCheckout) -> None:
    """So does a job, whatever earlier ones have left on its runner; in a scope only those are read."""
    repository = Repository.at(settled.checkout.root)
    repository.commit()
    for command, environment, read in (
        (("plan", "--refresh"), {}, {*PEOPLE}),
        (("plan",), {"CI": "true"}, {*PEOPLE}),
        (("plan", "--only", TOM), {}, {TOM}),
        (("apply", "--yes"), {}, {*PEOPLE}),
    ):
        settled.run(*command, environment=environment)
        assert settled.reads() == sorted(read), command
    settled.checkout.declare(as_it_is(settled.account, TOM).replace('"roles"', '"tags": [], "roles"'))
    settled.run("plan", "--base", "HEAD")
    assert TOM in settled.reads()


@pytest.mark.parametrize("facets", ["roles, tags, profile", "tags, profile, address"])
def test_capabilities_that_leave_a_change_open_keep_nothing(
    sandbox_account: SandboxAccount, facets: str
) -> None:
    """A contact may then change without its row."""
    checkout = RememberingCheckout.of(sandbox_account, as_it_is(sandbox_account, *PEOPLE), facets)
    for _ in range(2):
        checkout.run("plan")
        assert checkout.reads() == sorted(PEOPLE)
    assert not (checkout.checkout.state / "cache").exists()


def test_only_who_has_moved_is_read(settled: RememberingCheckout) -> None:
    """What nobody declares moves a contact, too."""
    settled.wait(timedelta(hours=1))
    settled.account.outside(TOM, tag="new")
    done = settled.assert_same_as_without("plan", "--format", "json")
    assert "2 contacts were not read again" in done.err
    settled.wait(timedelta(hours=1))
    settled.run("plan")
    assert settled.reads() == [TOM]  # it was read within the minute of its change
    settled.run("plan")
    assert settled.reads() == []


def test_a_second_change_within_the_second_of_a_reading_is_seen(settled: RememberingCheckout) -> None:
    """It leaves the row as it was: for a minute a changed contact is read each time."""
    settled.wait(timedelta(hours=1))
    settled.account.outside(TOM, tag="one")
    settled.run("plan")
    settled.account.outside(TOM, tag="two", revoke=next(iter(settled.account.holds()[TOM]["roles"])))
    settled.assert_same_as_without("plan", "--format", "json")


def test_a_change_between_the_list_and_the_reading_is_seen(settled: RememberingCheckout) -> None:
    """The row that was listed before the reading is not the row of what was read."""
    settled.wait(timedelta(hours=1))
    settled.account.outside(TOM, tag="one")
    settled.wait(timedelta(hours=1))
    role = next(iter(settled.account.holds()[TOM]["roles"]))
    settled.run_amid(f"writer:contact={TOM},revoke={role},when=after,path=/api/contacts/{TOM}.json")
    settled.wait(timedelta(hours=1))
    settled.assert_same_as_without("plan", "--format", "json")


def test_changed_roles_void_all(settled: RememberingCheckout) -> None:
    """A role that gets another title, or asks for an approval, moves none of those who hold it."""
    roles = settled.call("GET", "/api/v2/roles.json")["data"]
    number = next(role["id"] for role in roles if role["reference"] == "press")
    settled.call("PUT", f"/api/v2/roles/{number}.json", {"data": {"title": "The press"}})
    settled.assert_same_as_without("plan", "--format", "json")
    settled.run("plan")
    assert settled.reads() == []
    settled.call("PUT", f"/api/v2/roles/{number}.json", {"data": {"title": "Press"}})
    settled.run("plan")
    assert settled.reads() == sorted(PEOPLE)


def test_after_a_day_everybody_is_read(settled: RememberingCheckout) -> None:
    """The day begins when everybody was read, not with a contact that has moved since."""
    settled.wait(DAY / 2)
    settled.account.outside(TOM, tag="new")
    settled.wait(timedelta(hours=1))
    settled.run("plan")
    assert settled.reads() == [TOM]
    settled.wait(DAY / 2)
    settled.run("plan")
    assert settled.reads() == sorted(PEOPLE)


def test_a_server_that_tells_no_time_is_read_whole(settled: RememberingCheckout) -> None:
    """Neither the age of a row nor that of a reading is known then."""
    settled.happenings = ("server-clock:date=absent",)
    settled.run("plan")
    assert settled.reads() == sorted(PEOPLE)


def test_a_grant_that_has_ended_is_read(sandbox_account: SandboxAccount) -> None:
    """The account may show it otherwise from then on, or not at all."""
    sandbox_account.control("PUT", "switches", {"switches": {"expired_grants": "hidden"}})
    sandbox_account.control("PATCH", f"contacts/{TOM}", {"grant": "press", "expires": "2026-11-23T12:00:00Z"})
    checkout = RememberingCheckout.of(sandbox_account, as_it_is(sandbox_account, *PEOPLE))
    checkout.run("plan")
    checkout.wait(timedelta(hours=1))
    checkout.run("plan")
    assert TOM not in checkout.reads()
    checkout.wait(timedelta(hours=2))
    checkout.run("plan")
    assert TOM in checkout.reads()


def test_what_a_plan_shows_was_read_now(sandbox_account: SandboxAccount) -> None:
    """Whoever it changes; and of a role that somebody loses, some of those who go on holding it."""
    for contact in (GRACE, TOM):
        sandbox_account.outside(contact, grant="press")
    sandbox_account.outside(CARYS, revoke="press")
    checkout = RememberingCheckout.of(sandbox_account, as_it_is(sandbox_account, *PEOPLE))
    checkout.run("plan")
    entries = json.loads(as_it_is(sandbox_account, *PEOPLE))["contacts"]
    entries[0]["roles"] = [grant for grant in entries[0]["roles"] if grant["reference"] != "press"]
    checkout.checkout.declare(json.dumps({"contacts": entries}))
    done = checkout.assert_same_as_without("plan", "--format", "json")
    assert [change["contact"]["id"] for change in json.loads(done.out)["changes"]] == [GRACE]
    checkout.run("plan")
    assert checkout.reads() == sorted([GRACE, TOM])


LIE = {"modified_by_roles": "no"}


def test_a_lie_is_found_where_it_would_be_shown(sandbox_account: SandboxAccount) -> None:
    """The account changes grants without moving the contact: then everybody is read again, and it is said."""
    sandbox_account.control("PUT", "switches", {"switches": LIE})
    declared = {"contacts": [{"id": int(TOM), "roles": ["press"]}, {"id": int(GRACE), "roles": ["press"]}]}
    checkout = RememberingCheckout.of(sandbox_account, json.dumps(declared))
    checkout.run("plan")
    checkout.wait(timedelta(hours=1))
    checkout.write(TOM, accessRoles=[{"reference": "press", "status": "active"}])
    done = checkout.assert_same_as_without("plan", "--format", "json")
    assert "(contact 9) is not as read before, although the account's list shows no change" in done.err
    assert "not read again" not in done.err
    checkout.run("plan")
    assert TOM not in checkout.reads()


def test_a_lie_that_hides_a_change_lasts_for_a_day(sandbox_account: SandboxAccount) -> None:
    """Then the plans differ, so the laws here can fail; `--refresh` shows the change, and a day does."""
    sandbox_account.control("PUT", "switches", {"switches": LIE})
    checkout = RememberingCheckout.of(sandbox_account, as_it_is(sandbox_account, *PEOPLE))
    checkout.run("plan")
    sandbox_account.outside(TOM, grant="press")
    checkout.wait(DAY - timedelta(hours=1))
    assert "No changes." in checkout.run("plan").out
    with pytest.raises(AssertionError):
        checkout.assert_same_as_without("plan", "--format", "json")
    checkout.wait(timedelta(hours=1))
    checkout.assert_same_as_without("plan", "--format", "json")
    assert "No changes." not in checkout.run("plan").out


def test_what_is_not_declared_any_more_is_not_kept(settled: RememberingCheckout) -> None:
    """Nobody would need it; and it tells of people."""
    settled.checkout.declare(as_it_is(settled.account, TOM))
    settled.run("plan")
    settled.checkout.declare(as_it_is(settled.account, *PEOPLE))
    settled.run("plan")
    assert settled.reads() == sorted({*PEOPLE} - {TOM})


def test_a_plan_that_fails_keeps_nothing(sandbox_account: SandboxAccount) -> None:
    """What it has not shown, nobody has looked at."""
    checkout = RememberingCheckout.of(sandbox_account, as_it_is(sandbox_account, *PEOPLE))
    checkout.happenings = (f"status:code=401,path=/api/contacts/{CARYS}.json",)
    assert checkout.run("plan").code == 1
    assert {GRACE, TOM} <= {*checkout.reads()}
    assert not (checkout.checkout.state / "cache").exists()
