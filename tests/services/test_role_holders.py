"""What must be known of the whole account: who is in it, and who else holds a role."""

import json

import pytest

from reconcile.services.planning import role_holders
from tests.support.sandbox.full_change import DECLARED
from tests.support.sandbox.sandbox_account import FakeClock, SandboxAccount

LIST = "path=/api/v2/contacts.json"

GAPS = {
    "a page fails": (
        [f"status:code=503,{LIST},n={number}" for number in range(2, 11)],
        "a page could not be read",
    ),
    "a row is not shown": ([f"lost-row:how=missing,{LIST}"], "65 different rows seen, 69 counted"),
    "a row comes twice": ([f"lost-row:how=repeated,{LIST}"], "65 different rows seen, 69 counted"),
}


@pytest.mark.parametrize("gap", GAPS)
def test_an_account_that_is_not_listed_whole_is_not_written(
    sandbox_account: SandboxAccount, gap: str
) -> None:
    """The plan shows what it can and what it would refuse; apply writes nothing and says what to do."""
    checkout = sandbox_account.checkout(DECLARED)
    faults, told = GAPS[gap]
    sandbox_account.upset(*faults)
    planned = checkout.plan("--format", "json")
    assert planned.code == 0, planned.said
    verdict = next(one for one in json.loads(planned.out)["guards"] if one["name"] == "incomplete-listing")
    assert not verdict["passed"]
    assert told in verdict["message"]
    sandbox_account.upset(*faults)
    done = checkout.apply(clock=FakeClock())
    assert done.code == 3, done.said
    assert "incomplete-listing: the account could not be listed whole: " in done.err
    assert "try again at a quieter time" in done.err
    assert sandbox_account.writes() == []


def test_who_is_not_in_an_incomplete_listing_is_not_created(sandbox_account: SandboxAccount) -> None:
    """Whoever was not seen may exist: neither an error of the declarations nor a new contact."""
    checkout = sandbox_account.checkout(DECLARED)
    sandbox_account.upset(*GAPS["a page fails"][0])
    planned = checkout.plan()
    assert "new.customer@example.com: not found in a listing that is not whole" in planned.out
    assert "1 to create" not in planned.out


def test_an_incomplete_listing_is_no_proof_of_nothing_to_do(sandbox_account: SandboxAccount) -> None:
    """A plan without changes is refused as well: the changes may be those of contacts that were not seen."""
    checkout = sandbox_account.checkout(
        "contacts:\n  - {email: grace.odell@example.com, roles: [customer]}\n"
    )
    assert checkout.apply().code == 0
    sandbox_account.upset(*GAPS["a row is not shown"][0])
    done = checkout.apply(clock=FakeClock())
    assert done.code == 3, done.said
    assert checkout.apply("--due", clock=FakeClock()).code == 0  # the clock asks nothing of anybody


def test_drift_is_not_denied_of_what_was_not_seen(sandbox_account: SandboxAccount) -> None:
    """Refused, with the reason: whoever watches is not told that all is well."""
    checkout = sandbox_account.checkout(
        "contacts:\n  - {email: grace.odell@example.com, roles: [customer]}\n"
    )
    assert checkout.apply().code == 0
    sandbox_account.upset(*GAPS["a row is not shown"][0])
    done = checkout.run("drift")
    assert done.code == 3, done.said
    assert "incomplete-listing" in done.err
    assert "No drift" not in done.out


def test_drift_is_not_denied_of_what_could_not_be_read(sandbox_account: SandboxAccount) -> None:
    """Where tags are not told, nobody can say that they are as declared."""
    checkout = sandbox_account.checkout("contacts:\n  - {email: grace.odell@example.com, tags: [trade]}\n")
    assert checkout.apply().code == 0
    sandbox_account.control("PUT", "switches", {"switches": {"tags_read": "none"}})
    done = checkout.run("drift")
    assert done.code == 2, done.said
    assert "set aside: what must be kept could not be read: tags" in " ".join(done.out.split())


AMONG = "contacts:\n  - {email: rosalind.keane@example.com, roles: [customer, preview]}\n"
"""Takes press, which others hold, too."""

ALONE = "contacts:\n  - {email: pippa@rowe.example.org, roles: [customer]}\n"
"""Takes seasonal-sale, whose only other grant has lapsed."""


def reads(sandbox_account: SandboxAccount) -> int:
    return len(
        {one["path"] for one in sandbox_account.requests() if one["path"].startswith("/api/contacts/")}
    )


def test_a_role_that_somebody_else_holds_may_be_taken(sandbox_account: SandboxAccount) -> None:
    """Contacts that nobody declares are read until one is found that holds it, and no further."""
    done = sandbox_account.checkout(AMONG).apply()
    assert done.code == 0, done.said
    assert 2 <= reads(sandbox_account) < len(sandbox_account.holds()) / 2


@pytest.mark.parametrize("workers", [1, 4])
def test_the_last_holder_of_a_role_keeps_it(sandbox_account: SandboxAccount, workers: int) -> None:
    """All other contacts were read, nobody holds it, and nothing is written unless that is meant."""
    checkout = sandbox_account.checkout(ALONE, workers=workers)
    done = checkout.apply()
    assert done.code == 3, done.said
    assert "last-holder: 1 role would lose the last holder; the limit is 0" in done.err
    assert reads(sandbox_account) == len(sandbox_account.holds())
    assert sandbox_account.writes() == []
    assert checkout.apply("--allow", "last-holder=1").code == 0


def test_a_large_account_is_not_read_for_it(
    sandbox_account: SandboxAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After so many contacts the search ends; what it did not see, it does not count as a holder."""
    monkeypatch.setattr(role_holders, "MOST_READ", 5)
    done = sandbox_account.checkout(ALONE).apply()
    assert done.code == 3, done.said
    left = len(sandbox_account.holds()) - 1 - 5
    assert f"as far as is known ({left} other contacts were not read); the limit is 0" in done.err
    assert reads(sandbox_account) == 1 + 5


@pytest.mark.parametrize("trouble", ["status:code=422", "status:code=403", "html:code=200"])
def test_a_contact_that_can_not_be_read_may_hold_nothing(
    sandbox_account: SandboxAccount, trouble: str
) -> None:
    """Somebody whom nobody declares must not keep a plan from being made, nor an override from working."""
    sandbox_account.upset(f"{trouble},path=/api/contacts/6.json")
    checkout = sandbox_account.checkout(ALONE)
    done = checkout.apply()
    assert done.code == 3, done.said
    assert "as far as is known (1 other contacts were not read)" in done.err
    assert checkout.apply("--allow", "last-holder=1").code == 0


def test_an_account_in_trouble_is_not_asked_for_long(sandbox_account: SandboxAccount) -> None:
    """After a few contacts that can't be read the search ends, and the guard goes by what is known."""
    others = [
        number
        for number, state in sandbox_account.holds().items()
        if state["email"] != "pippa@rowe.example.org"
    ]
    sandbox_account.upset(*(f"status:code=422,path=/api/contacts/{number}.json" for number in others))
    done = sandbox_account.checkout(ALONE).plan()
    assert done.code == 0, done.said
    assert "guard last-holder refuses" in done.out
    assert reads(sandbox_account) < 20
