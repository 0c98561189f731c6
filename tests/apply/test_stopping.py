"""What stops a run is asked right before each write, and ends waits: nothing is written after it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from reconcile.apply.executor import carry_out
from reconcile.apply.run_context import CircuitBreaker, RunContext
from reconcile.evance.writer import Writer
from reconcile.journal.writer import open_journal
from reconcile.model.declaration import Declaration, DeclaredGrant
from reconcile.model.plans.change import Change
from reconcile.model.problem import Place
from reconcile.model.result import Outcome, Report, Result
from reconcile.plan.approval import approved_operations
from reconcile.services.planning.fresh_plan import make_fresh_plan
from tests.apply.test_executor import PLAN_CONTEXT
from tests.support.sandbox.sandbox_account import APPLY, FakeClock, SandboxAccount, ended
from tests.support.shop import NOW, Shop

ROSALIND = "rosalind.keane@example.com"  # 36, holds customer, press and preview

UPDATE = f"contacts:\n  - {{email: {ROSALIND}, roles: [customer, preview, newsletter]}}\n"

CREATION = (
    "contacts:\n  - {email: nina@example.com, create: true, type: user, "
    "profile: {firstname: Nina, lastname: New}, roles: [customer]}\n"
)

WAITING = "status:code=429,retry-after=seconds,method=POST,path=/api/contacts*"

PLACE = Place("contacts/test.yaml", 1, 1)

ENTRY = Declaration(
    PLACE, email=ROSALIND, roles=tuple(DeclaredGrant(name, PLACE) for name in ("customer", "newsletter"))
)


@pytest.mark.parametrize("declared", [UPDATE, CREATION], ids=["update", "creation"])
@pytest.mark.parametrize(
    ("how", "code", "said"), [("KILL", 3, "the kill switch"), ("SIGTERM", 1, "stopped by the user")]
)
def test_a_contact_that_waits_is_not_written_once_the_run_is_stopped(
    sandbox_account: SandboxAccount, declared: str, how: str, code: int, said: str
) -> None:
    """Asked to wait, it would be written a second later: it is not, and nothing at all was written."""
    checkout = sandbox_account.checkout(declared)
    sandbox_account.upset(WAITING)
    before = sandbox_account.holds()
    with checkout.started(APPLY) as process:
        await_write(sandbox_account)
        if how == "KILL":
            (checkout.state / "KILL").touch()
        else:
            process.send_signal(signal.SIGTERM)
        sent = len(sandbox_account.writes())
        done = ended(process)
    assert done.code == code, done.said
    assert said in done.err
    assert "nothing was written" in done.err
    assert len(sandbox_account.writes()) <= sent + 1  # the one under way at that moment
    assert sandbox_account.holds() == before
    assert [entry["outcome"] for entry in checkout.lines("outcome")] == ["not tried"]


def await_write(sandbox_account: SandboxAccount) -> None:
    until = time.monotonic() + 30
    while not sandbox_account.writes():
        assert time.monotonic() < until
        time.sleep(0.01)


def asked(*answers: str | None) -> Callable[[Change], str | None]:
    """What is told of a change each time it is asked about."""
    left: Iterator[str | None] = iter(answers)
    return lambda _change: next(left)


def settled(
    shop: Shop, held_back: Callable[[Change], str | None], circuit_breaker: CircuitBreaker | None = None
) -> Result:
    with Writer(shop.connection) as account, open_journal(shop.path.parent / "runs", NOW) as book:
        plan = make_fresh_plan([ENTRY], account, PLAN_CONTEXT).plan
        approved = approved_operations(plan)
        run = RunContext(
            account,
            PLAN_CONTEXT,
            approved,
            book,
            circuit_breaker or CircuitBreaker(5),
            held_back,
        )
        (result,) = carry_out(plan, run).results
    return result


def writes(shop: Shop) -> int:
    return [method for method, _ in shop.requests()].count("POST")


def test_a_plan_that_runs_out_while_a_contact_is_read_is_not_carried_out(shop: Shop) -> None:
    """Or a freeze that begins: it is asked about again right before the write."""
    result = settled(shop, asked(None, "the plan was valid until noon"))
    assert (result.outcome, result.detail) == (Outcome.NOT_TRIED, "the plan was valid until noon")
    assert writes(shop) == 0


def test_a_kill_switch_that_is_thrown_while_a_contact_is_read_is_obeyed(shop: Shop) -> None:
    """It stops the contact that is under way, too, as long as nothing of it is written."""
    answers = asked(None, "the kill switch is on")  # before the contact, before the write
    circuit_breaker = CircuitBreaker(5, lambda: answers(None))  # type: ignore[arg-type]
    result = settled(shop, lambda _change: None, circuit_breaker)
    assert (result.outcome, result.detail) == (Outcome.NOT_TRIED, "the kill switch is on")
    assert writes(shop) == 0


def test_a_lost_write_is_not_called_not_tried(shop: Shop) -> None:
    """Stopped before it could be repeated: whether it took effect is not known."""
    turn_fault(shop, "reset:when=before,method=POST,path=/api/contacts/*,n=1")
    result = settled(shop, asked(None, None, "the plan was valid until noon"))
    assert (result.outcome, result.detail) == (Outcome.UNCONFIRMED, "the plan was valid until noon")
    assert writes(shop) == 1


def turn_fault(shop: Shop, fault: str) -> None:
    import requests

    answer = requests.put(f"{shop.access.url}/_sandbox/faults", json={"faults": [fault]}, timeout=10)
    assert answer.ok


def test_only_a_run_that_tried_nothing_counts_as_held_back(shop: Shop) -> None:
    """Only then is it refused with exit code 3; a failure and a doubt are told as what they are."""
    held = settled(shop, asked(None, "a freeze has begun"))
    others = {outcome: replace(held, outcome=outcome) for outcome in Outcome}
    assert Report((held, others[Outcome.UNNECESSARY])).untried
    for outcome in (Outcome.FAILED, Outcome.UNCONFIRMED, Outcome.APPLIED, Outcome.STALE):
        assert not Report((held, others[outcome])).untried


class Freezing(FakeClock):
    """In whose time a freeze begins while a contact that was just read waits for the turn of its write."""

    def __init__(self, sandbox_account: SandboxAccount) -> None:
        super().__init__()
        self._sandbox_account = sandbox_account

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if sum(one["path"] == "/api/contacts/36.json" for one in self._sandbox_account.requests()) == 2:
            os.environ["RECONCILE_FREEZE"] = "1"


def test_a_freeze_that_begins_before_the_turn_of_a_write_is_obeyed(
    sandbox_account: SandboxAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At one request in two seconds the write would come two seconds after the last question."""
    monkeypatch.setenv("RECONCILE_FREEZE", "")  # so that it is gone after the test
    checkout = sandbox_account.checkout(UPDATE)
    configuration = checkout.root / "reconcile.yaml"
    configuration.write_text(configuration.read_text("utf-8").replace("rate: 1000", "rate: 0.5"), "utf-8")
    done = checkout.apply(clock=Freezing(sandbox_account))
    assert done.code == 3, done.said
    assert "RECONCILE_FREEZE in the environment is on" in done.err
    assert sandbox_account.writes() == []


LOSING_TWO = """\
contacts:
  - {email: rosalind.keane@example.com, roles: [customer, preview]}
  - {email: grace.odell@example.com, roles: [customer, newsletter]}
"""


@pytest.mark.parametrize(
    ("status", "failures", "code", "said"),
    [
        (422, 5, 4, "2 of 2 contacts are not as declared"),
        (429, 5, 4, "2 of 2 contacts are not as declared"),
        (422, 2, 1, "2 contacts failed in a row\nnothing was written"),
        (403, 5, 1, "nothing was written"),
    ],
)
def test_the_exit_code_of_a_run_in_which_nothing_could_be_written(
    sandbox_account: SandboxAccount, status: int, failures: int, code: int, said: str
) -> None:
    """1 when something stopped it, 4 when each contact failed by itself: as the page of `apply` has it."""
    settings = f"apply: {{failures: {failures}}}\n"
    checkout = sandbox_account.checkout(LOSING_TWO, settings=settings)
    sandbox_account.upset(f"status:code={status},method=POST,path=/api/contacts/*")
    done = checkout.apply()
    assert done.code == code, done.said
    assert said in done.err
    assert "revocation still open: press of rosalind.keane@example.com" in done.err
