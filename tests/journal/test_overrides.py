"""What earlier runs say to guards: an override is used up by its plan, a refused shrinking is remembered."""

import json

import pytest

from tests.support.sandbox.sandbox_account import Checkout, FakeClock, ProcessKilled, SandboxAccount

GRACE, ELIN = "grace.odell@example.com", "elin.sorensen@example.org"

LATER = "roles: [{reference: press, starts: 2027-02-01}]"

STRIPPED = f"contacts:\n  - {{email: {GRACE}, {LATER}}}\n  - {{email: {ELIN}, {LATER}}}\n"


@pytest.fixture
def lifted(sandbox_account: SandboxAccount) -> Checkout:
    """A checkout whose plan takes the last role of two contacts, and an override for that very plan."""
    checkout = sandbox_account.checkout(STRIPPED)
    plan = json.loads(checkout.saved().read_text("utf-8"))
    assert [guard["name"] for guard in plan["guards"] if not guard["passed"]] == ["last-role"]
    allowance = f"{{guard: last-role, ceiling: 2, digest: '{plan['digest']}', reason: agreed}}"
    settings = (checkout.root / "reconcile.yaml").read_text("utf-8")
    checkout.configure(f"{settings}apply:\n  allow: [{allowance}]\n")
    return checkout


def approved(checkout: Checkout) -> str:
    return str(checkout.root / "plan.json")


def regrant(sandbox_account: SandboxAccount) -> None:
    """Somebody gives the roles back, so that the plan would take them once more."""
    sandbox_account.outside(number(sandbox_account, GRACE), grant="customer")
    sandbox_account.outside(number(sandbox_account, ELIN), grant="customer")


def number(sandbox_account: SandboxAccount, email: str) -> str:
    return next(key for key, state in sandbox_account.holds().items() if state["email"] == email)


def test_an_override_is_used_up_by_its_plan(sandbox_account: SandboxAccount, lifted: Checkout) -> None:
    """Carried out once, the same plan is refused, although the account would need it again."""
    assert lifted.apply(approved(lifted)).code == 0
    regrant(sandbox_account)
    done = lifted.apply(approved(lifted))
    assert done.code == 3, done.said
    assert "last-role" in done.err


def test_a_run_that_wrote_nothing_leaves_the_override(
    sandbox_account: SandboxAccount, lifted: Checkout
) -> None:
    """Its first reading was forbidden: nobody has lost anything by it yet."""
    sandbox_account.upset(
        f"status:code=403,method=GET,path=/api/contacts/{number(sandbox_account, ELIN)}.json,n=2"
    )
    assert lifted.apply(approved(lifted)).code == 1
    assert sandbox_account.writes() == []
    assert len(lifted.journals()) == 1
    sandbox_account.calm()
    done = lifted.apply(approved(lifted))
    assert done.code == 0, done.said


def test_a_run_that_was_cut_off_is_finished_with_its_override(
    sandbox_account: SandboxAccount, lifted: Checkout
) -> None:
    """One of the two contacts is written, then the process is gone; after that it is used up."""
    with pytest.raises(ProcessKilled):
        lifted.apply(approved(lifted), clock=killed_after_first_write(sandbox_account))
    assert len(sandbox_account.writes()) == 1
    done = lifted.apply(approved(lifted))
    assert done.code == 0, done.said
    assert [sandbox_account.user(email)["roles"] for email in (GRACE, ELIN)] == [{}, {}]
    regrant(sandbox_account)
    assert lifted.apply(approved(lifted)).code == 3


def test_a_run_that_left_something_undone_is_finished_with_its_override(
    sandbox_account: SandboxAccount, lifted: Checkout
) -> None:
    """The same plan again is no other set of writes."""
    sandbox_account.upset(
        f"status:code=422,method=POST,path=/api/contacts/{number(sandbox_account, ELIN)}.json"
    )
    assert lifted.apply(approved(lifted)).code == 4
    sandbox_account.calm()
    assert lifted.apply(approved(lifted)).code == 0
    regrant(sandbox_account)
    assert lifted.apply(approved(lifted)).code == 3


def test_an_override_of_a_run_that_was_cut_off_lifts_nothing_for_another_plan(
    sandbox_account: SandboxAccount, lifted: Checkout
) -> None:
    """One contact more would lose its last role: that is not what was agreed."""
    with pytest.raises(ProcessKilled):
        lifted.apply(approved(lifted), clock=killed_after_first_write(sandbox_account))
    lifted.declare(f"{STRIPPED}  - {{email: lucy.fenwick@example.org, {LATER}}}\n")
    for arguments in ((), (approved(lifted),)):
        done = lifted.apply(*arguments)
        assert done.code == 3, done.said
    assert len(sandbox_account.writes()) == 1


class _Watch(FakeClock):
    """Kills the process at the first look at the time after a write."""

    def __init__(self, sandbox_account: SandboxAccount) -> None:
        super().__init__()
        self._sandbox_account = sandbox_account

    def monotonic(self) -> float:
        if self._sandbox_account.writes():
            raise ProcessKilled
        return super().monotonic()


def killed_after_first_write(sandbox_account: SandboxAccount) -> FakeClock:
    return _Watch(sandbox_account)


def shrink(sandbox_account: SandboxAccount) -> None:
    """Somebody else deletes the 40 newest contacts, but for the one that is declared."""
    for contact in sorted({*sandbox_account.holds()} - {"36"}, key=int)[-40:]:
        sandbox_account.control("DELETE", f"contacts/{contact}")


def test_a_shrinking_that_is_refused_stays_refused(sandbox_account: SandboxAccount) -> None:
    """A plan of nothing in between must not make the small account the one that later runs go by."""
    one = "contacts: [{id: 36, roles: [customer, preview, newsletter%s]}]\n"
    checkout = sandbox_account.checkout(one % "")
    assert checkout.apply().code == 0
    shrink(sandbox_account)
    checkout.declare(one % ", press")
    assert checkout.apply().code == 3
    checkout.declare((one % "").replace("newsletter", "{reference: newsletter, reason: the same}"))
    assert checkout.apply().code == 0
    checkout.declare(one % ", press")
    done = checkout.apply()
    assert done.code == 3, done.said
    assert "shrunk: 40 contacts fewer than at the last run" in done.err
