"""Edits, other writers, clock moves, plans, applies, kills and reverts in any order break no promise."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.command_line import CommandResult
from tests.support.sandbox.sandbox_account import (
    Account,
    Checkout,
    FakeClock,
    ProcessKilled,
    SandboxAccount,
    State,
    atom,
)
from tests.support.shop import NOW

PEOPLE = {"32": "grace.odell@example.com", "9": "tom.wherry@example.com", "18": "carys.pugh@example.org"}

ROLES = ["customer", "newsletter", "press", "trade-account"]

TAGS = ["vip", "trade"]

IGNORED = ("staff-", "auto:")

SETTINGS = "guards: {last-role: 9, last-holder: 9, losing-access: {contacts: 99}}\n"

FAULTS = [
    "status:code=503,p=0.15",
    "reset:when=after,p=0.15",
    "status:code=500,when=after,method=POST,p=0.5",
    "truncate:how=json,p=0.1",
    "html:code=502,p=0.1",
    "expire-token:p=0.1",
    "status:code=429,retry-after=seconds,p=0.2",
    "status:code=422,method=POST,p=0.5",
    "status:code=403,method=POST,p=0.3",
]

days = st.integers(-5, 10)

grant = st.fixed_dictionaries(
    {"reference": st.sampled_from(ROLES)},
    optional={"starts": days, "expires": days, "status": st.just("active")},
).filter(lambda one: one.get("starts", -9) < one.get("expires", 99))

entries = st.fixed_dictionaries(
    {},
    optional={
        "roles": st.lists(grant, unique_by=lambda one: one["reference"], max_size=3),
        "tags": st.lists(st.sampled_from(TAGS), unique=True),
        "additive": st.booleans(),
    },
)

people = st.sampled_from([*PEOPLE])

Entry = dict[str, Any]


class Shop(RuleBasedStateMachine):
    """An account and a checkout of it; after every step that might have written both are compared."""

    def __init__(self, sandbox_account: SandboxAccount) -> None:
        super().__init__()
        self.sandbox_account = sandbox_account
        self.now = NOW
        self.wanted: dict[str, Entry] = {}
        self.approved: tuple[str, dict[str, Entry]] | None = None
        self.calm = True
        self.checkout: Checkout

    @initialize(workers=st.sampled_from([1, 4]), wanted=st.dictionaries(people, entries, min_size=1))
    def open(self, workers: int, wanted: dict[str, Entry]) -> None:
        self.sandbox_account.reset()
        self.wanted = wanted
        self.checkout = self.sandbox_account.checkout("contacts: []\n", workers=workers, settings=SETTINGS)
        self._write_down()

    def teardown(self) -> None:
        if hasattr(self, "checkout"):
            self.sandbox_account.calm()
            done = self._applied()
            assert done.code == 0, done.said
            again = self._applied()
            assert (again.code, "No changes" in again.out) == (0, True), again.said
            self.checkout.remove()

    @rule(number=people, entry=entries)
    def edit(self, number: str, entry: Entry) -> None:
        self.wanted = {**self.wanted, number: entry}
        self._write_down()

    @precondition(lambda self: len(self.wanted) > 1)
    @rule()
    def forget(self) -> None:
        self.wanted = dict(list(self.wanted.items())[1:])
        self._write_down()

    @rule(
        number=people, act=st.sampled_from(["grant", "revoke"]), role=st.sampled_from([*ROLES, "staff-tools"])
    )
    def meddle_with_roles(self, number: str, act: str, role: str) -> None:
        self.sandbox_account.outside(number, **{act: role})

    @rule(number=people, act=st.sampled_from(["tag", "untag"]), tag=st.sampled_from([*TAGS, "auto:seen"]))
    def meddle_with_tags(self, number: str, act: str, tag: str) -> None:
        self.sandbox_account.outside(number, **{act: tag})

    @rule(hours=st.integers(1, 60))
    def let_time_pass(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.sandbox_account.control("PUT", "clock", {"now": self.now.isoformat()})

    @rule(faults=st.lists(st.sampled_from(FAULTS), max_size=2), number=st.integers(0, 99))
    def upset(self, faults: list[str], number: int) -> None:
        self.sandbox_account.upset(*faults, number=number)
        self.calm = not faults

    @rule()
    def plan(self) -> None:
        before = self.sandbox_account.holds()
        path = self.checkout.root / "plan.json"
        done = self.checkout.plan("--out", str(path), as_of=atom(self.now))
        assert done.code in ((0,) if self.calm else (0, 1)), done.said
        assert self.sandbox_account.holds() == before
        if done.code == 0:
            self.approved = (str(path), self.wanted)

    @rule()
    def apply(self) -> None:
        self._applied()

    @precondition(lambda self: self.approved)
    @rule()
    def apply_the_plan(self) -> None:
        assert self.approved is not None
        done = self._applied(self.approved[0], refusable=True)
        if done.code == 3:
            self.approved = None

    @rule(fuse=st.integers(1, 90))
    def apply_and_be_killed(self, fuse: int) -> None:
        before = self.sandbox_account.holds()
        with suppress(ProcessKilled):
            self.checkout.apply(as_of=atom(self.now), clock=FakeClock(fuse=fuse))
        self._assert_kept(before, self.sandbox_account.holds())

    @rule()
    def revert_the_last_run(self) -> None:
        runs = self.checkout.journals() if (self.checkout.state / "runs").exists() else []
        if not runs:
            return
        before = self.sandbox_account.holds()
        path = self.checkout.root / "revert.json"
        done = self.checkout.run("revert", runs[-1].name, "--out", str(path), "--as-of", atom(self.now))
        assert self.sandbox_account.holds() == before
        if done.code != 0:  # nothing to revert, or the account could not be read
            assert done.code in (1, 64), done.said
            return
        done = self.checkout.apply(str(path), as_of=atom(self.now))
        assert done.code in (0, 1, 3, 4), done.said
        self._assert_ignored_kept(before, self.sandbox_account.holds())

    def _applied(self, *arguments: str, refusable: bool = False) -> CommandResult:
        before = self.sandbox_account.holds()
        done = self.checkout.apply(*arguments, as_of=atom(self.now))
        after = self.sandbox_account.holds()
        assert "Traceback" not in done.said
        self._assert_kept(before, after)
        match done.code:
            case 0:
                self._assert_as_declared(after)
            case 1 | 3:
                assert after == before, done.said
                assert done.code == 1 or refusable, done.said
            case other:
                assert other == 4, done.said
        assert done.code in (0, 3) or not self.calm, done.said
        return done

    def _assert_kept(self, before: Account, after: Account) -> None:
        """What nobody declared is as it was; no new contact, none lost; the journal can be read."""
        self._assert_ignored_kept(before, after)
        for number, state in after.items():
            entry = self.wanted.get(number, {})
            if "roles" not in entry:
                assert state["roles"] == before[number]["roles"]
            elif entry.get("additive"):
                declared = {one["reference"] for one in entry["roles"]}
                assert others(self._held(before[number]), declared) == others(self._held(state), declared)
            if "tags" not in entry:
                assert state["tags"] == before[number]["tags"]
            elif entry.get("additive"):
                assert {*before[number]["tags"]} <= {*state["tags"]}
        assert all(record.lines for record in self.checkout.journals())

    def _assert_ignored_kept(self, before: Account, after: Account) -> None:
        assert before.keys() == after.keys()
        for number, state in after.items():
            assert ignored(state) == ignored(before[number]), number
            assert {**state, "roles": 0, "tags": 0} == {**before[number], "roles": 0, "tags": 0}

    def _assert_as_declared(self, after: Account) -> None:
        for number, entry in self.wanted.items():
            held = self._held(after[number])
            if "roles" in entry:
                now = {one["reference"]: self._moment(one.get("expires")) for one in self._open(entry)}
                assert {name: held[name][1] for name in now} == now
                spare = {name for name in held if name not in now and not name.startswith(IGNORED)}
                closed = {one["reference"] for one in entry["roles"]} - {*now}
                assert spare.isdisjoint(closed)
                assert entry.get("additive") or not spare
            if "tags" in entry:
                tags = {tag for tag in after[number]["tags"] if not tag.startswith(IGNORED)}
                assert {*entry["tags"]} == tags or (entry.get("additive") and {*entry["tags"]} <= tags)

    def _open(self, entry: Entry) -> list[dict[str, Any]]:
        """The declared grants whose window is open now."""
        return [
            one
            for one in entry["roles"]
            if day(one.get("starts", -99)) <= self.now < day(one.get("expires", 999))
        ]

    def _held(self, state: State) -> dict[str, Any]:
        """The grants that have not expired."""
        held = state["roles"].items()
        return {
            name: one for name, one in held if one[1] is None or datetime.fromisoformat(one[1]) > self.now
        }

    def _moment(self, days: int | None) -> str | None:
        return None if days is None else day(days).isoformat()

    def _write_down(self) -> None:
        listed = [{"id": int(number), **written(entry)} for number, entry in self.wanted.items()]
        self.checkout.declare(json.dumps({"contacts": listed}))


def written(entry: Entry) -> Entry:
    """An entry as it stands in a file."""
    out: Entry = {}
    if "roles" in entry:
        out["roles"] = [
            {key: atom(day(value)) if isinstance(value, int) else value for key, value in one.items()}
            for one in entry["roles"]
        ]
    if "tags" in entry:
        out["tags"] = entry["tags"]
    if entry.get("additive"):
        out["manage"] = {"roles": "additive", "tags": "additive"}
    return out


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def ignored(state: State) -> set[Any]:
    items = [*state["roles"].items(), *((tag, None) for tag in state["tags"])]
    return {item for item in items if item[0].startswith(IGNORED)}


def others(held: dict[str, Any], declared: set[str]) -> dict[str, Any]:
    return {name: one for name, one in held.items() if name not in declared}


LONG = [pytest.mark.long, pytest.mark.timeout(2_400)]


@pytest.mark.parametrize(
    ("runs", "steps"), [(15, 10), *(pytest.param(50, 40, marks=LONG, id=f"long {part}") for part in range(6))]
)
def test_no_order_of_events_breaks_a_promise(running_sandbox: SandboxAccount, runs: int, steps: int) -> None:
    """Nothing undeclared is lost, a code means what it says, and in quiet it always converges."""
    run_state_machine_as_test(
        lambda: Shop(running_sandbox),
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate],  # looking for a shorter run takes longer than reading it
            suppress_health_check=list(HealthCheck),
        ),
    )
