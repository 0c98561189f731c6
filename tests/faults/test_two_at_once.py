"""Two applies at the same time: on one checkout one waits outside, on two nothing undeclared is lost."""

import signal
import time

import pytest

from tests.faults.test_killed import await_request
from tests.support.sandbox.sandbox_account import APPLY, Checkout, SandboxAccount, ended

ONE = "contacts: [{email: grace.odell@example.com, roles: [customer, press]}]\n"


def test_the_second_apply_on_a_checkout_is_refused(sandbox_account: SandboxAccount) -> None:
    """It says who holds the lock, and writes nothing; afterwards the first one has done its work."""
    checkout = sandbox_account.checkout(ONE)
    sandbox_account.upset("latency:ms=1500,method=POST,path=/api/contacts/*")
    with checkout.started(APPLY) as first:
        await_request(sandbox_account, "GET")
        second = checkout.apply()
        done = ended(first)
    assert second.code == 3, second.said
    assert f"another apply (process {first.pid}) runs on this checkout" in second.err
    assert done.code == 0, done.said
    assert len(sandbox_account.writes()) == 1


def test_a_killed_apply_leaves_no_lock(sandbox_account: SandboxAccount) -> None:
    """The system drops it with the process."""
    checkout = sandbox_account.checkout(ONE)
    sandbox_account.upset("latency:ms=1500,method=POST,path=/api/contacts/*")
    with checkout.started(APPLY) as first:
        await_request(sandbox_account, "GET")
        assert checkout.apply().code == 3
        first.send_signal(signal.SIGKILL)
        ended(first)
    sandbox_account.calm()
    assert checkout.apply().code == 0


def test_a_lock_that_is_deleted_while_it_is_held_lets_nobody_in(sandbox_account: SandboxAccount) -> None:
    """Another file of that name is not the lock that the first one holds."""
    checkout = sandbox_account.checkout(ONE)
    sandbox_account.upset("latency:ms=1500,method=POST,path=/api/contacts/*")
    with checkout.started(APPLY) as first:
        await_request(sandbox_account, "GET")
        (checkout.state / "lock").unlink()
        second = checkout.apply()
        done = ended(first)
    assert second.code == 3, second.said
    assert "another apply (process unknown) runs on this checkout" in second.err
    assert done.code == 0, done.said
    assert len(sandbox_account.writes()) == 1


@pytest.mark.parametrize("there", [True, False])
def test_a_lock_that_is_a_link_is_not_followed(sandbox_account: SandboxAccount, *, there: bool) -> None:
    """What it leads to is neither emptied nor made."""
    checkout = sandbox_account.checkout(ONE)
    precious = checkout.root / "precious.txt"
    if there:
        precious.write_text("precious")
    checkout.state.mkdir()
    (checkout.state / "lock").symlink_to(precious)
    done = checkout.apply()
    assert done.code == 3, done.said
    assert "lock is a symbolic link" in done.err
    assert precious.exists() == there
    assert not there or precious.read_text() == "precious"


def people(numbers: list[int], role: str, tag: str) -> str:
    entries = "".join(
        f"  - {{id: {number}, manage: {{roles: additive, tags: additive}}, roles: [{role}], tags: [{tag}]}}\n"
        for number in numbers
    )
    return f"contacts:\n{entries}"


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.long)])
def test_two_checkouts_at_once_lose_nothing_undeclared(sandbox_account: SandboxAccount, rounds: int) -> None:
    """Both write the same contacts: what nobody declared stays, and both come to their end."""
    numbers = [*range(13, 33)]
    for _ in range(rounds):
        sandbox_account.reset()
        before = sandbox_account.holds()
        left, right = (
            sandbox_account.checkout(people(numbers, *wanted), workers=4)
            for wanted in (("press", "left"), ("preview", "right"))
        )
        sandbox_account.upset("latency:ms=3,jitter=3,path=/api/contacts/*")
        with left.started(APPLY) as one, right.started(APPLY) as other:
            codes = {ended(one).code, ended(other).code}
        assert codes <= {0, 4}
        assert_nothing_lost(sandbox_account, before, numbers)
        sandbox_account.calm()
        until = time.monotonic() + 30
        while not all(settled(checkout) for checkout in (left, right)):
            assert time.monotonic() < until
        assert_nothing_lost(sandbox_account, before, numbers)
        for state in (sandbox_account.holds()[str(number)] for number in numbers):
            assert {"press", "preview"} <= set(state["roles"])
            assert {"left", "right"} <= set(state["tags"])


def settled(checkout: Checkout) -> bool:
    done = checkout.apply()
    assert done.code == 0, done.said
    return "No changes" in done.out


def assert_nothing_lost(
    sandbox_account: SandboxAccount, before: dict[str, dict[str, object]], numbers: list[int]
) -> None:
    after = sandbox_account.holds()
    for number, state in before.items():
        if int(number) in numbers:
            assert alive(state) <= alive(after[number]), number
        else:
            assert after[number] == state


def alive(state: dict[str, object]) -> set[object]:
    """Grants that have not expired, with their status and expiry, and tags."""
    roles, tags = state["roles"], state["tags"]
    assert isinstance(roles, dict)
    assert isinstance(tags, list)
    lasting = {one for one in roles.items() if one[1][1] is None or one[1][1] > "2026-11-23T09:00:00"}
    return {*lasting, *tags}
