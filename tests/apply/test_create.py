"""A contact is created once, whoever else creates it: right before the write it is looked for."""

import time

import pytest

from reconcile.apply.executor import carry_out
from reconcile.apply.run_context import CircuitBreaker, RunContext
from reconcile.evance.writer import Writer
from reconcile.journal.writer import open_journal
from reconcile.model.declaration import Declaration
from reconcile.model.plans.change import Payload
from reconcile.model.problem import Place
from reconcile.model.result import Outcome, Result
from reconcile.plan.approval import approved_operations
from reconcile.services.planning.fresh_plan import make_fresh_plan
from tests.apply.test_executor import PLAN_CONTEXT
from tests.support.sandbox.sandbox_account import APPLY, AS_OF, SandboxAccount, ended
from tests.support.shop import NOW, Shop

PLACE = Place("contacts/test.yaml", 1, 1)

NAME = {"firstname": "De", "lastname": "Pot"}

GUEST = Declaration(
    PLACE, email="depot@example.com", reference="DEPOT-9", create=True, type="guest", profile=NAME, roles=()
)

USER = Declaration(PLACE, email="nina@example.com", create=True, type="user", profile=NAME, roles=())

DEPOT = (
    "  - {email: depot@example.com, reference: DEPOT-9, create: true, type: guest,"
    " profile: {firstname: De, lastname: Pot}, roles: [customer]}\n"
)

ROSALIND = "  - {email: rosalind.keane@example.com, roles: [customer, preview, newsletter]}\n"


def depots(sandbox_account: SandboxAccount) -> list[str]:
    return [number for number, state in sandbox_account.holds().items() if state["reference"] == "DEPOT-9"]


def test_two_machines_make_one_contact(sandbox_account: SandboxAccount) -> None:
    """While one run writes another contact, the other creates the guest: the first finds it there."""
    slow, quick = (
        sandbox_account.checkout("contacts:\n" + ROSALIND + DEPOT),
        sandbox_account.checkout("contacts:\n" + DEPOT),
    )
    sandbox_account.upset("latency:ms=2500,method=GET,path=/api/contacts/36.json,n=3")
    with slow.started(APPLY) as process:
        until = time.monotonic() + 30
        while not sandbox_account.writes():
            assert time.monotonic() < until
            time.sleep(0.01)
        other = quick.apply()
        done = ended(process)
    assert other.code == 0, other.said
    assert done.code == 4, done.said
    (number,) = depots(sandbox_account)
    assert f"it exists meanwhile: contact {number}; plan again" in done.err
    sandbox_account.calm()
    assert slow.apply().code == 0


def created(shop: Shop, declaration: Declaration, meanwhile: Payload | None) -> Result:
    """What becomes of a creation when somebody else has created that contact since the plan."""
    with Writer(shop.connection) as account, open_journal(shop.path.parent / "runs", NOW) as book:
        plan = make_fresh_plan([declaration], account, PLAN_CONTEXT).plan
        if meanwhile is not None:
            account.create(meanwhile)
        run = RunContext(account, PLAN_CONTEXT, approved_operations(plan), book, CircuitBreaker(5))
        (result,) = carry_out(plan, run).results
    return result


def contact(**fields: str) -> Payload:
    return {"contact": {**NAME, "company": "Depot", **fields}}


@pytest.mark.parametrize(
    ("declaration", "other"),
    [
        (GUEST, contact(type="guest", email="else@example.com", reference="DEPOT-9")),
        (GUEST, contact(type="branch", email="else@example.com", reference="DEPOT-9")),
        (GUEST, contact(type="user", email="depot@example.com")),
        (USER, contact(type="user", email="Nina@Example.com")),
    ],
)
def test_a_contact_that_exists_meanwhile_is_not_created(
    shop: Shop, declaration: Declaration, other: Payload
) -> None:
    """By reference, whatever its type; by address, in whatever letters, when it is a user."""
    result = created(shop, declaration, other)
    assert result.outcome is Outcome.STALE
    assert "it exists meanwhile" in result.detail
    assert [path for method, path in shop.requests() if method == "POST"] == ["/api/contacts.json"]


@pytest.mark.parametrize(
    "other",
    [
        None,
        contact(type="guest", email="depot@example.com"),
        contact(type="guest", email="depot@example.com", reference="depot-9"),
        contact(type="branch", email="depot@example.com", reference="DEPOT-99"),
    ],
)
def test_one_that_is_only_alike_does_not_prevent_it(shop: Shop, other: Payload | None) -> None:
    """Guests repeat addresses, and another reference is another contact."""
    result = created(shop, GUEST, other)
    assert result.outcome is Outcome.APPLIED
    assert result.created
    assert 0 < result.gap < 5


def test_after_a_wait_a_contact_is_looked_for_again(sandbox_account: SandboxAccount) -> None:
    """Each time the account asks to wait, and right before the creation that it takes."""
    checkout = sandbox_account.checkout("contacts:\n" + DEPOT)
    sandbox_account.upset("status:code=429,retry-after=seconds,method=POST,path=/api/contacts.json,times=2")
    assert checkout.apply().code == 0
    methods = [
        one["method"]
        for one in sandbox_account.requests()
        if one["path"].startswith(("/api/v2/cont", "/api/cont"))
    ]
    first = methods.index("POST")
    looks = ["GET"] * 6  # four pages of the list, then the e-mail and the reference
    assert methods[first - len(looks) :] == [*[*looks, "POST"] * 3, "GET"]
    assert len(depots(sandbox_account)) == 1


CREATION = "method=POST,path=/api/contacts.json"


@pytest.mark.parametrize("fault", ["reset:when=after", "status:code=500,when=after", "truncate:how=json"])
def test_a_creation_whose_answer_was_lost_is_looked_for(sandbox_account: SandboxAccount, fault: str) -> None:
    """It took effect: the contact is found, compared, and not made a second time."""
    checkout = sandbox_account.checkout("contacts:\n" + DEPOT)
    sandbox_account.upset(f"{fault},{CREATION}")
    done = checkout.apply()
    assert done.code == 0, done.said
    (number,) = depots(sandbox_account)
    assert [entry["contact"] for entry in checkout.lines("outcome")] == [number]


@pytest.mark.parametrize(
    "faults",
    [
        ["reset:when=before,{}"],
        ["reset:when=after,{}", "status:code=403,method=GET,path=/api/v2/contacts.json,n=11"],
    ],
)
def test_a_creation_that_can_not_be_found_is_not_repeated(
    sandbox_account: SandboxAccount, faults: list[str]
) -> None:
    """It may yet take effect, or nobody can look: the next run knows."""
    checkout = sandbox_account.checkout("contacts:\n" + DEPOT)
    sandbox_account.upset(*(fault.format(CREATION) for fault in faults))
    done = checkout.apply()
    assert done.code == 4, done.said
    assert "not confirmed" in done.err
    assert (
        sum(one["method"] == "POST" for one in sandbox_account.requests() if "/oauth/" not in one["path"])
        == 1
    )
    sandbox_account.calm()
    assert checkout.apply().code == 0
    assert len(depots(sandbox_account)) == 1


@pytest.mark.parametrize("fault", ["reset:when=after", "status:code=500,when=after"])
def test_the_gap_of_a_lost_creation_is_told(sandbox_account: SandboxAccount, fault: str) -> None:
    """From the look to the moment at which the answer was lost."""
    checkout = sandbox_account.checkout("contacts:\n" + DEPOT)
    sandbox_account.upset(
        "latency:ms=200,method=POST,path=/api/contacts.json", f"{fault},method=POST,path=/api/contacts.json"
    )
    assert gap_told(checkout.apply().err) >= 0.2


@pytest.mark.parametrize("fault", ["reset:when=after", "reset:when=before", "status:code=500,when=after"])
def test_the_gap_of_a_lost_update_is_told(sandbox_account: SandboxAccount, fault: str) -> None:
    """Also where it turns out to have taken effect, or is sent again with a shorter one."""
    checkout = sandbox_account.checkout("contacts:\n" + ROSALIND)
    sandbox_account.upset("latency:ms=200,method=POST,n=1", f"{fault},method=POST,n=1,path=/api/contacts/*")
    done = checkout.apply()
    assert done.code == 0, done.said
    assert gap_told(done.err) >= 0.2


def gap_told(said: str) -> float:
    return float(said.partition("between a read and its write: ")[2].partition(" s")[0])


def test_one_that_exists_in_another_letter_case_is_not_created_again(sandbox_account: SandboxAccount) -> None:
    """An account whose search knows no other case: the list tells of it, unless a probe trusts the search."""
    sandbox_account.control("PUT", "switches", {"switches": {"v2_list_email": "case", "email_case": "exact"}})
    declared = (
        "contacts:\n  - {email: new.person@example.com, create: true, type: user,"
        " profile: {firstname: New, lastname: Person}, roles: [customer]}\n"
    )
    newcomer = "newcomer:email=New.Person@Example.com,when=after,method=GET,path=/api/v2/contacts.json,n=4"
    sandbox_account.upset(newcomer)
    done = sandbox_account.checkout(declared).apply()
    assert done.code == 4, done.said
    assert "it exists meanwhile" in done.err
    people = [state for state in sandbox_account.holds().values() if "person@" in state["email"].lower()]
    assert len(people) == 1


NINA = (
    "contacts: [{email: nina@example.com, create: true, type: user, "
    "profile: {firstname: Nina, lastname: New}, roles: [customer], tags: [fresh]}]\n"
)


@pytest.mark.parametrize("fault", ["reset:when=before", "status:code=429,retry-after=seconds"])
def test_a_contact_that_somebody_else_registered_meanwhile_is_not_ours(
    sandbox_account: SandboxAccount, fault: str
) -> None:
    """The creation did not take effect, and a person registers with that address: she keeps what she has."""
    checkout = sandbox_account.checkout(NINA)
    search = "method=GET,path=/api/v2/contacts.json,n=10"  # after two lists of four pages and a search
    sandbox_account.upset(f"{fault},{CREATION},n=1", f"newcomer:email=nina@example.com,{search}")
    done = checkout.apply()
    assert done.code == 4, done.said
    sandbox_account.calm()
    account = sandbox_account.holds()
    number = next(number for number, state in account.items() if state["email"] == "nina@example.com")
    assert "not confirmed: " in done.err
    assert f"contact {number} has that address or reference now" in done.err
    assert f"pin it with `id: {number}`" in done.err
    assert [line["contact"] for line in checkout.lines("outcome")] == [None]
    planned = checkout.run("revert", checkout.journals()[0].name, "--as-of", AS_OF)
    assert planned.code == 0, planned.said
    assert "nothing proves which contact it is" in " ".join(planned.out.split())
    assert sandbox_account.holds() == account
    assert len(sandbox_account.writes()) == 1


def test_a_creation_that_was_refused_after_its_effect_is_found_by_its_reference(
    sandbox_account: SandboxAccount,
) -> None:
    """A 429 after the effect: no contact had the reference right before, so the one that has it is ours."""
    checkout = sandbox_account.checkout("contacts:\n" + DEPOT)
    sandbox_account.upset(f"status:code=429,when=after,{CREATION}")
    done = checkout.apply()
    assert done.code == 0, done.said
    (number,) = depots(sandbox_account)
    assert [line["contact"] for line in checkout.lines("outcome")] == [number]
    assert [line["effect"] for line in checkout.lines("effect")] == ["not known", "taken"]
    assert len(sandbox_account.writes()) == 1
