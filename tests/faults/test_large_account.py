"""A large account, a hundredth of it changed, one answer in twenty spoilt: it converges, nothing is lost."""

import json
from typing import Any

import pytest

from reconcile.sandbox import seed
from tests.support.sandbox.sandbox_account import Account, SandboxAccount, State
from tests.support.shop import NOW

FAULTS = (
    "status:code=503,p=0.01",
    "status:code=500,when=after,p=0.01",
    "status:code=429,retry-after=seconds,p=0.01",
    "reset:when=after,p=0.008",
    "reset:when=before,p=0.004",
    "truncate:how=json,p=0.004",
    "html:code=502,p=0.004",
)

STILL = "2026-11-23T09:00:00"


@pytest.mark.parametrize(
    ("size", "every"),
    [(600, 20), pytest.param(24_000, 100, marks=[pytest.mark.long, pytest.mark.timeout(1_500)])],
)
def test_a_large_account_converges_and_loses_nothing(
    running_sandbox: SandboxAccount, size: int, every: int
) -> None:
    """All contacts are declared as they are, a few otherwise; afterwards just those differ, as declared."""
    running_sandbox.reset()
    seed(running_sandbox.path, contacts=size, now=NOW)
    before = running_sandbox.holds()
    chosen = {number for number in before if int(number) % every == 0 and can_be_written(before[number])}
    wanted = {number: changed(state) if number in chosen else state for number, state in before.items()}
    settings = "guards: {last-role: 9999, last-holder: 99, losing-access: {contacts: 9999}}\n"
    expressible = {number: state for number, state in wanted.items() if can_be_written(state)}
    checkout = running_sandbox.checkout(declared(expressible), workers=8, settings=settings)
    running_sandbox.upset(*FAULTS)
    for _ in range(4):
        done = checkout.apply()
        assert done.code in (0, 4), done.err
        assert_each_old_or_new(before, wanted, running_sandbox.holds())
        if done.code == 0:
            break
    after = running_sandbox.holds()
    assert {number: lasting(state) for number, state in after.items()} == {
        number: lasting(state) for number, state in wanted.items()
    }
    assert len(chosen) > size // every - 3
    assert sum(after[number] != before[number] for number in before) >= len(chosen) - 1
    assert any(one["status"] >= 500 for one in running_sandbox.requests())
    running_sandbox.calm()
    running_sandbox.control("DELETE", "requests")  # which keeps no more than the last ones
    last = checkout.apply()
    assert (last.code, "No changes" in last.out) == (0, True), last.said
    assert not any(one["wrote"] for one in running_sandbox.requests())


def assert_each_old_or_new(before: Account, wanted: Account, found: Account) -> None:
    assert found.keys() == before.keys()
    for number, state in found.items():
        assert lasting(state) in (lasting(before[number]), lasting(wanted[number])), number


def can_be_written(state: State) -> bool:
    """A rejected grant can't be kept for sure by any form of an update: its contact would be set aside."""
    return all(status != "rejected" for status, _ in state["roles"].values())


def changed(state: State) -> State:
    """Another role and another tag, and without the press role that some hold."""
    roles = {name: grant for name, grant in state["roles"].items() if name != "press"}
    return {
        **state,
        "roles": {**roles, "sample-box": ("active", None)},
        "tags": sorted({*state["tags"], "large"}),
    }


def lasting(state: State) -> State:
    """Without grants that have expired: they count as not held and need not be carried along."""
    held = {name: one for name, one in state["roles"].items() if one[1] is None or one[1][:19] > STILL}
    return {**state, "roles": held}


def declared(account: Account) -> str:
    entries = (json.dumps(entry(number, lasting(state))) for number, state in account.items())
    return "contacts:\n" + "".join(f"  - {line}\n" for line in entries)


def entry(number: str, state: State) -> dict[str, Any]:
    """One contact as it is to be; what is ignored is not to be declared."""
    roles = [
        {"reference": name, **({"expires": expires} if expires else {})}
        for name, (_, expires) in state["roles"].items()
        if not name.startswith("staff-")
    ]
    tags = [tag for tag in state["tags"] if not tag.startswith("auto:")]
    return {"id": int(number), "roles": roles, "tags": tags}
