"""What a run says of each contact is true, whatever came between."""

import re

import pytest

from reconcile.apply.executor import carry_out
from reconcile.apply.run_context import CircuitBreaker, RunContext
from reconcile.evance.writer import Writer
from reconcile.journal.writer import open_journal
from reconcile.model.contact import Contact
from reconcile.model.declaration import Declaration, DeclaredGrant
from reconcile.model.plans.change import Payload
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.problem import Place
from reconcile.model.result import Outcome, Report
from reconcile.model.settings import Policy
from reconcile.plan.approval import approved_operations
from reconcile.services.planning.fresh_plan import make_fresh_plan
from tests.support.sandbox.sandbox_account import Checkout, SandboxAccount
from tests.support.shop import NOW, Shop

GRACE = "grace.odell@example.com"  # 32, holds customer

TOM = "tom.wherry@example.com"  # 9, holds customer and staff-discount

ONE = "contacts: [{email: grace.odell@example.com, roles: [customer, press]}]\n"

REVOKING = "contacts: [{email: rosalind.keane@example.com, roles: [customer, preview]}]\n"  # 36, holds press

PLAN_CONTEXT = PlanContext("shop", "sandbox.evance.me", Policy(), NOW, "1.0")

READ = "method=GET,path=/api/contacts/*"


def outcomes(checkout: Checkout) -> list[str]:
    return [entry["outcome"] for entry in checkout.lines("outcome")]


@pytest.mark.parametrize("code", [403, 404])
@pytest.mark.parametrize("lost", ["reset:when=after", "status:code=500,when=before"])
def test_a_lost_write_that_can_not_be_looked_at_is_not_confirmed(
    sandbox_account: SandboxAccount, lost: str, code: int
) -> None:
    """Nobody knows whether it took effect, so it is neither called written nor called not written."""
    checkout = sandbox_account.checkout(ONE)
    sandbox_account.upset(f"{lost},method=POST,path=/api/contacts/*", f"status:code={code},{READ},n=3")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert outcomes(checkout) == ["not confirmed"]


def test_a_lost_write_and_a_foreign_one_after_it_is_not_confirmed(sandbox_account: SandboxAccount) -> None:
    """What is there now was approved by nobody, but it was not left alone either."""
    checkout = sandbox_account.checkout(ONE)
    sandbox_account.upset("reset:when=after,method=POST", f"writer:contact=32,grant=preview,{READ},n=3")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert outcomes(checkout) == ["not confirmed"]
    assert set(sandbox_account.user(GRACE)["roles"]) == {"customer", "press", "preview"}


@pytest.mark.parametrize("code", [401, 403])
def test_credentials_that_are_refused_at_the_read_back_stop_the_run(
    sandbox_account: SandboxAccount, code: int
) -> None:
    """The next contact would be refused, too, perhaps after its write."""
    checkout = sandbox_account.checkout(
        "contacts:\n"
        "  - {email: grace.odell@example.com, roles: [customer, press]}\n"
        "  - {email: tom.wherry@example.com, roles: [customer, press]}\n"
    )
    sandbox_account.upset(f"status:code={code},{READ},n=4", f"status:code={code},{READ},n=5")
    done = checkout.apply()
    assert done.code == 4, done.said
    assert outcomes(checkout) == ["not confirmed"]
    assert "the run was stopped" in done.err
    assert "tom.wherry@example.com (contact 9): not tried" in done.err


def test_a_stopped_run_that_wrote_nothing_names_the_open_revocations(sandbox_account: SandboxAccount) -> None:
    """Somebody still holds what they should not: that is said even where nothing at all was done."""
    checkout = sandbox_account.checkout(REVOKING)
    sandbox_account.upset("status:code=403,method=POST,path=/api/contacts/*")
    done = checkout.apply()
    assert done.code == 1, done.said
    assert "nothing was written" in done.err
    assert "revocation still open: press of rosalind.keane@example.com" in done.err


def test_a_contact_that_can_not_be_read_in_full_any_more_is_not_called_as_declared(shop: Shop) -> None:
    """Its roles could be read for the plan and no longer can: it is left alone and reported."""
    place = Place("contacts/test.yaml", 1, 1)
    entry = Declaration(
        place, email=GRACE, roles=tuple(DeclaredGrant(name, place) for name in ("customer", "press"))
    )
    with Writer(shop.connection) as account:
        plan = make_fresh_plan([entry], account, PLAN_CONTEXT).plan
        turn(shop, grant_keys="name")
        report = carried(shop, account, plan)
    assert [result.outcome for result in report.results] == [Outcome.STALE]
    assert not report.complete
    assert "could not be read: role customer" in report.results[0].detail


def test_a_plan_that_is_empty_because_it_can_not_be_made_is_no_success(
    sandbox_account: SandboxAccount,
) -> None:
    """Nothing to do is not the same as nothing that can be done: the one succeeds, the other does not."""
    sandbox_account.control("PUT", "switches", {"switches": {"grant_keys": "name"}})
    done = sandbox_account.checkout(ONE).apply()
    assert done.code == 4, done.said
    assert "set aside: what must be kept could not be read: role customer" in done.err
    assert sandbox_account.writes() == []


def test_a_fault_of_our_own_stops_the_run(shop: Shop) -> None:
    """After an error that nobody foresaw no further contact is begun."""
    places = [Place("contacts/test.yaml", line, 1) for line in (1, 2, 3)]
    people = (GRACE, TOM, "rosalind.keane@example.com")
    entries = [
        Declaration(place, email=email, roles=(DeclaredGrant("newsletter", place),))
        for place, email in zip(places, people, strict=True)
    ]

    class Broken:
        """An account in whose client there is a mistake."""

        def __init__(self) -> None:
            self.asked = 0

        def contact(self, contact_id: str, /) -> Contact:
            self.asked += 1
            raise RuntimeError(contact_id)

        contact_to_update = contact

        def update(self, contact_id: str, _payload: Payload, /) -> object:
            raise AssertionError(contact_id)

        def create(self, _payload: Payload, /) -> str:
            raise AssertionError

    broken = Broken()
    with Writer(shop.connection) as account:
        plan = make_fresh_plan(entries, account, PLAN_CONTEXT).plan
    with pytest.raises(RuntimeError):
        carried(shop, broken, plan)
    assert broken.asked == 1


def carried(shop: Shop, account: "Writer | object", plan: Plan) -> Report:
    with open_journal(shop.path.parent / "runs", NOW) as book:
        run = RunContext(account, PLAN_CONTEXT, approved_operations(plan), book, CircuitBreaker(5))  # type: ignore[arg-type]
        return carry_out(plan, run)


def turn(shop: Shop, **switches: str) -> None:
    import requests

    answer = requests.put(f"{shop.access.url}/_sandbox/switches", json={"switches": switches}, timeout=10)
    assert answer.ok


@pytest.mark.parametrize("times", [1, 3])
def test_after_a_wait_the_contact_is_read_again_before_it_is_written(
    sandbox_account: SandboxAccount, times: int
) -> None:
    """Asked to wait, a run looks again: what others wrote meanwhile is not overwritten."""
    checkout = sandbox_account.checkout(ONE)
    sandbox_account.upset(
        f"status:code=429,retry-after=seconds,method=POST,path=/api/contacts/*,times={times}",
        f"writer:contact=32,grant=preview,{READ},n={2 + times}",
    )
    done = checkout.apply()
    path = "/api/contacts/32.json"
    exchanges = [(one["method"], one["status"]) for one in sandbox_account.requests() if one["path"] == path]
    assert exchanges == [("GET", 200), *[("GET", 200), ("POST", 429)] * times, ("GET", 200)]
    assert done.code == 4, done.said
    assert outcomes(checkout) == ["skipped: changed meanwhile"]
    assert set(sandbox_account.user(GRACE)["roles"]) == {"customer", "preview"}


def test_a_wait_before_a_write_is_part_of_no_gap(sandbox_account: SandboxAccount) -> None:
    """What is told of the time between a read and its write covers the write itself, to its answer."""
    checkout = sandbox_account.checkout(ONE)
    sandbox_account.upset("latency:ms=200,method=POST,path=/api/contacts/*")
    done = checkout.apply()
    found = re.search(r"Longest time between a read and its write: (\d+\.\d+) s", done.err)
    assert found is not None
    assert 0.2 <= float(found[1]) < 2


BOTH = "contacts: [{email: rosalind.keane@example.com, roles: [customer, newsletter]}]\n"  # press, preview go

OPEN = "revocation still open: {} of rosalind.keane@example.com"


@pytest.mark.parametrize(
    ("faults", "still_held"),
    [
        # Written, and somebody gives preview back before it is read back.
        (["writer:contact=36,grant=preview,method=POST,n=1,when=after"], {"preview"}),
        (["writer:contact=36,grant=sample-box,method=POST,n=1,when=after"], set()),
        # Somebody has taken press away before, and the write is refused, skipped or never taken.
        (["writer:contact=36,revoke=press,{read},n=2", "status:code=422,method=POST"], {"preview"}),
        (["writer:contact=36,revoke=press,grant=sample-box,{read},n=2"], {"preview"}),
        # Written, and nobody could look what came of it.
        (["reset:when=after,method=POST", "status:code=404,{read},n=3"], {"press", "preview"}),
        (["status:code=404,{read},n=3"], {"press", "preview"}),
        (["status:code=404,{read},n=2"], {"press", "preview"}),
    ],
)
def test_a_revocation_is_open_until_a_reading_shows_that_it_is_not(
    sandbox_account: SandboxAccount, faults: list[str], still_held: set[str]
) -> None:
    """Named are the roles that the last reading showed, or all when there was none since the write."""
    checkout = sandbox_account.checkout(BOTH)
    sandbox_account.upset(*(fault.format(read="method=GET,path=/api/contacts/36.json") for fault in faults))
    done = checkout.apply()
    assert done.code in (1, 4), done.said
    named = {role for role in ("press", "preview", "sample-box") if OPEN.format(role) in done.err}
    assert named == still_held


def test_a_contact_that_can_not_be_read_hinders_nobody_else(sandbox_account: SandboxAccount) -> None:
    """Where grants tell only their names, a role to be kept would be guessed: that contact is set aside."""
    sandbox_account.control("PUT", "switches", {"switches": {"grant_keys": "name"}})
    declared = """\
contacts:
  - {email: rosalind.keane@example.com, manage: {roles: additive}, roles: [newsletter]}
  - {email: grace.odell@example.com, tags: [seen]}
"""
    checkout = sandbox_account.checkout(declared)
    done = checkout.apply()
    assert done.code == 4, done.said
    assert "rosalind.keane@example.com (contacts/team.yaml:2:5): set aside: what must be kept" in done.err
    assert "1 of 2 contacts are not as declared" in done.err
    assert sandbox_account.user("grace.odell@example.com")["tags"] == ["seen"]
    assert "newsletter" not in sandbox_account.user("rosalind.keane@example.com")["roles"]
    again = checkout.apply()
    assert (again.code, "set aside since 2026-11-23" in again.err) == (0, True), again.said


class Renaming(Writer):
    """Whose contact becomes somebody else's right before its second reading."""

    looks = 0

    def contact_to_update(self, id: str) -> Contact:  # noqa: A002 - the API's own word
        self.looks += 1
        if self.looks == 2:
            super().update(id, {"contact": {"email": "someone.else@example.org"}})
        return super().contact_to_update(id)


def test_a_write_whose_answer_was_lost_is_not_repeated_for_somebody_else(
    sandbox_account: SandboxAccount,
) -> None:
    """The contact got another address meanwhile: roles never move to another person."""
    place = Place("contacts/test.yaml", 1, 1)
    roles = tuple(DeclaredGrant(name, place) for name in ("customer", "press"))
    entry = Declaration(place, email=GRACE, roles=roles)
    shop = Shop(sandbox_account.path, sandbox_account.access)
    with Renaming(shop.connection) as account:
        plan = make_fresh_plan([entry], account, PLAN_CONTEXT).plan
        sandbox_account.upset("reset:when=before,method=POST,path=/api/contacts/*,n=1")
        report = carried(shop, account, plan)
    assert [result.outcome for result in report.results] == [Outcome.UNCONFIRMED]
    assert "another type, e-mail or reference" in report.results[0].detail
    assert "press" not in sandbox_account.user("someone.else@example.org")["roles"]
