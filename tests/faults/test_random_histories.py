"""Edits, people, wrong clocks, lost and postponed writes, kills and reverts in any order break no promise."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support.command_line import CommandResult
from tests.support.sandbox.random_entries import PEOPLE, Entry, entries, first_role, people
from tests.support.sandbox.random_events import (
    DROPS,
    FAULTS,
    NO_DATE,
    OFF,
    WAYS,
    acts,
    hours,
    moments,
)
from tests.support.sandbox.sandbox_account import FakeClock, ProcessKilled, SandboxAccount, clock_off_by
from tests.support.sandbox.shown_schedules import due_of, persons_in_scope
from tests.support.sandbox.watched_shop import WatchedShop, plan_of

SETTINGS = "guards: {last-role: 9, last-holder: 9, losing-access: {contacts: 99}}\n"

NOW_AND_JSON = ("--yes", "--format", "json")

DUE = {True: ("--due",), False: ()}


class History(RuleBasedStateMachine):
    """What may happen to an account and a checkout of it; `WatchedShop` knows what must hold."""

    def __init__(self, sandbox_account: SandboxAccount) -> None:
        super().__init__()
        self.account = sandbox_account
        self.faults: list[str] = []
        self.approved: str | None = None
        self.shop: WatchedShop

    @property
    def calm(self) -> bool:
        return not self.faults

    @initialize(workers=st.sampled_from([1, 4]), wanted=st.dictionaries(people, entries, min_size=1))
    def open(self, workers: int, wanted: dict[str, Entry]) -> None:
        self.account.reset()
        checkout = self.account.checkout("contacts: []\n", workers=workers, settings=SETTINGS)
        self.shop = WatchedShop(self.account, checkout, workers, wanted)
        self.shop.declare(wanted)

    def teardown(self) -> None:
        if hasattr(self, "shop"):
            self._upset()
            self.account_drops("keep")
            self._apply()  # which may find first what a killed run has done
            self.acknowledge()
            self._apply()
            again = self._apply()
            assert plan_of(again)["changes"] == [], again.said
            self.shop.assert_seen_truly()
            self.shop.checkout.remove()

    @rule(number=people, entry=entries)
    def edit(self, number: str, entry: Entry) -> None:
        self._edit(number, entry)

    def _edit(self, number: str, entry: Entry) -> None:
        if entry["by"] != self.shop.wanted.get(number, entry)["by"]:
            self.shop.recorded.discard(number)
        self.shop.declare({**self.shop.wanted, number: entry})

    @precondition(lambda self: len(self.shop.wanted) > 1)
    @rule()
    def forget(self) -> None:
        self.shop.declare(dict(list(self.shop.wanted.items())[1:]))

    @rule(act=acts)
    def somebody_acts(self, act: tuple[str, str]) -> None:
        number, what = act[0], self._spelt(*act).replace("tag-type", "tag_type")
        keys = dict(pair.split("=") for pair in what.split(","))
        if number in self.account.holds():
            self.account.control("PATCH", f"contacts/{number}", keys)

    @rule(number=people, taken=st.booleans())
    def somebody_moves(self, number: str, taken: bool) -> None:  # noqa: FBT001
        """A person gets another address, and perhaps a stranger registers with the old one."""
        if number in self.shop.moved:
            return
        self.shop.moved.add(number)
        if taken:
            moved = {"email": PEOPLE[number], "moved_to": f"moved.{PEOPLE[number]}"}
            self.account.control("POST", "contacts", moved)
        else:
            self.account.readdress(number, f"moved.{PEOPLE[number]}")

    @rule(hours=hours)
    def let_time_pass(self, hours: int) -> None:
        self.shop.now += timedelta(hours=hours)
        self.account.control("PUT", "clock", {"now": self.shop.now.isoformat()})

    @rule(faults=st.lists(st.sampled_from(FAULTS), max_size=2), number=st.integers(0, 99))
    def upset(self, faults: list[str], number: int) -> None:
        self._upset(*faults, number=number)

    def _upset(self, *faults: str, number: int = 1) -> None:
        self.faults = [*faults]
        self.account.upset(*faults, number=number)

    @rule(setting=st.sampled_from([*DROPS, "keep", "keep"]))
    def account_drops(self, setting: str) -> None:
        """From now on the account may take the sets away that an update does not name."""
        self.shop.drops = DROPS.get(setting, frozenset())
        self.account.control("PUT", "switches", {"switches": {"unnamed_sets": setting}})

    @rule()
    def acknowledge(self) -> None:
        """A person accepts what contacts lost."""
        for name in self.shop.owed():
            done = self.shop.run("apply", "--acknowledge", name, "--yes")
            assert (done.code, self.shop.writes) == (0, []), done.said

    @rule()
    def plan(self) -> None:
        path = self.shop.checkout.root / "plan.json"
        done = self.shop.run("plan", "--out", str(path))
        assert self.shop.writes == []
        assert done.code in self._allowed(0), done.said
        if done.code == 0:
            self.approved = str(path)

    @rule()
    def apply(self) -> None:
        self._apply()

    @rule()
    def commit(self) -> None:
        self.shop.commit()

    @precondition(lambda self: self.shop.bases)
    @rule(which=st.integers(0, 9))
    def apply_what_differs_from_a_commit(self, which: int) -> None:
        """Nothing of it is left afterwards, and nobody else was written."""
        commit, known = self.shop.bases[which % len(self.shop.bases)]
        done = self.shop.run("apply", "--base", commit, *NOW_AND_JSON)
        assert done.code in self._allowed(0, 4, known=known), done.said
        self._assert_within_scope(done)
        if done.code == 0 and self.calm and not self.shop.owed() and not self.shop.drops:
            again = self.shop.run("plan", "--base", commit, "--format", "json")
            assert plan_of(again)["changes"] == [], again.said

    @precondition(lambda self: self.shop.wanted)
    @rule(which=st.integers(0, 2))
    def apply_to_one_person(self, which: int) -> None:
        number = list(self.shop.wanted)[which % len(self.shop.wanted)]
        by_id = self.shop.wanted[number]["by"] == "id"
        done = self.shop.run("apply", "--only", number if by_id else PEOPLE[number], *NOW_AND_JSON)
        assert done.code in self._allowed(0, 4), done.said
        self._assert_within_scope(done)

    def _assert_within_scope(self, done: CommandResult) -> None:
        people = persons_in_scope(plan_of(done), self.shop.wanted)
        strangers = {change.contact for change in self.shop.writes} & {*PEOPLE} - people
        assert strangers == set(), done.said

    @rule(hours=hours)
    def apply_and_let_the_clock_go_on(self, hours: int) -> None:
        """When nobody else does anything, it does just what was shown."""
        done = self._apply()
        shown, began = self.shop.memory.shown, self.shop.now
        complete = done.code == 0 and self.calm and self.shop.completed == began
        if not complete or self.shop.moved or self.shop.drops or self.shop.owed():
            return
        self.let_time_pass(hours)
        due = self.shop.run("apply", "--due", *NOW_AND_JSON)
        aside = {one["contact"]["id"] for one in plan_of(done)["set_aside"]}
        steps = {
            (change["contact"]["id"], (step["facet"], step["item"]), step["action"])
            for change in plan_of(due)["changes"]
            for step in change["operations"]
        }
        expected = {row for row in due_of(shown, began, self.shop.now) if row[0] not in aside}
        assert steps == expected, due.said

    @rule()
    def apply_what_is_due(self) -> None:
        done = self.shop.run("apply", "--due", *NOW_AND_JSON)
        assert done.code in self._allowed(0, 4), done.said

    @rule(before=hours, after=hours, acts=st.lists(acts, max_size=2))
    def apply_and_then_what_is_due(self, before: int, after: int, acts: list[tuple[str, str]]) -> None:
        """Windows begin and end, and people act, between a run and what the clock asks for later."""
        self._apply()
        self.let_time_pass(before)
        for act in acts:
            self.somebody_acts(act)
        self.let_time_pass(after)
        self.apply_what_is_due()

    @precondition(lambda self: self.approved)
    @rule()
    def apply_the_plan(self) -> None:
        assert self.approved is not None
        done = self._apply(self.approved)
        if done.code == 3:
            self.approved = None

    @rule(fuse=st.integers(1, 90))
    def apply_and_be_killed(self, fuse: int) -> None:
        with suppress(ProcessKilled):
            self.shop.run("apply", *NOW_AND_JSON, clock=FakeClock(fuse=fuse))

    @rule(
        entry=entries,
        due=st.booleans(),
        happenings=st.lists(st.tuples(acts, moments), min_size=1, max_size=4),
    )
    def apply_while_people_act(self, entry: Entry, due: bool, happenings: list[tuple[str, str]]) -> None:  # noqa: FBT001
        """Each acts between two requests of a run that has something to do."""
        self._edit(happenings[0][0][0], entry)
        writers = [
            _happening(f"writer:contact={number},{self._spelt(number, act)}", number, at)
            for (number, act), at in happenings
        ]
        self._apply_amid(*writers, due=due)

    def _spelt(self, number: str, act: str) -> str:
        return act.format(role=first_role(self.shop.wanted.get(number, {})))

    @rule(number=people, entry=entries, way=st.sampled_from(WAYS), at=moments)
    def apply_while_somebody_moves(self, number: str, entry: Entry, way: str, at: str) -> None:
        """Between two requests a person gets another address, or is deleted."""
        if number in self.shop.moved:
            return
        self._edit(number, entry)
        self.shop.moved.add(number)
        fault = way.format(contact=number, old=PEOPLE[number], new=f"moved.{PEOPLE[number]}")
        self._apply_amid(_happening(fault, number, at))

    def _apply_amid(self, *happenings: str, due: bool = False) -> None:
        self.account.upset(*self.faults, *happenings)
        done = self.shop.run("apply", *DUE[due], *NOW_AND_JSON)
        self.account.upset(*self.faults)
        assert done.code in self._allowed(0, 3, 4), done.said

    @precondition(lambda self: NO_DATE not in self.faults)
    @rule(off=st.sampled_from(OFF), due=st.booleans())
    def apply_by_a_wrong_clock(self, off: timedelta, due: bool) -> None:  # noqa: FBT001
        """The machine's clock is wrong, and so nothing is written."""
        done = self.shop.run("apply", *DUE[due], *NOW_AND_JSON, machine=clock_off_by(off))
        assert done.code in self._allowed(3), done.said
        assert self.shop.writes == [], done.said

    @precondition(lambda self: NO_DATE not in self.faults)
    @rule(seconds=st.sampled_from([-7_200, 3_600]), age=st.sampled_from([0, 7_200]))
    def apply_to_an_account_with_a_wrong_clock(self, seconds: int, age: int) -> None:
        """It may be the machine's that is wrong. A cache says nothing of it, and stops writes."""
        self.account.upset(*self.faults, f"server-clock:seconds={seconds},age={age}")
        done = self.shop.run("apply", *NOW_AND_JSON)
        self.account.upset(*self.faults)
        assert done.code in self._allowed(*((0, 4) if age else (3,))), done.said
        assert self.shop.writes == [], done.said

    @rule(off=st.sampled_from(OFF), at=st.integers(1, 8))
    def apply_while_the_clock_jumps(self, off: timedelta, at: int) -> None:
        """From the first look at the wrong time on nothing is written, but for what is under way."""
        looks, written = count(1), list[int]()

        def machine() -> datetime:
            if next(looks) < at:
                return datetime.now(UTC)
            written.append(len(self.shop.written_so_far()))
            return datetime.now(UTC) + off

        done = self.shop.run("apply", *NOW_AND_JSON, machine=machine)
        assert done.code in self._allowed(0, 3, 4), done.said
        if written and NO_DATE not in self.faults:
            assert len(self.shop.writes) < written[0] + self.shop.workers, done.said
        self._retire_what_is_ahead()

    def _retire_what_is_ahead(self) -> None:
        """A run has noted a wrong time and all later ones refuse: a person retires it, as they say."""
        self.account.calm()
        done = self.shop.run("plan")
        self.account.upset(*self.faults)
        for name in re.findall(r"history --retire (\S+?)'", done.err):
            assert self.shop.checkout.run("history", "--retire", name, "--yes").code == 0, done.said

    @precondition(lambda self: self.shop.runs())
    @rule()
    def revert_the_last_run(self) -> None:
        name, path = self.shop.runs()[-1].name, self.shop.checkout.root / "revert.json"
        done = self.shop.run("revert", name, "--out", str(path))
        assert self.shop.writes == []
        if done.code != 0:  # nothing to revert, or the account could not be read
            assert done.code in (1, 64), done.said
            return
        self.shop.assert_undoes(json.loads(path.read_text("utf-8")), name)
        done = self.shop.run("apply", str(path), *NOW_AND_JSON, reverting=True)
        assert done.code in self._allowed(0, 3, 4), done.said

    def _apply(self, *arguments: str) -> CommandResult:
        done = self.shop.run("apply", *arguments, *NOW_AND_JSON)
        plan = plan_of(done)
        assert done.code in self._allowed(0, 4, *((3,) if arguments else ())), done.said
        if done.code in (0, 4) and self.calm:
            if not self.shop.owed():  # a run that was stopped leaves the rest undone
                self.shop.assert_as_declared(plan)
            new = [row for row in plan.get("set_aside", []) if row["since"] is None]
            left = new or self.shop.owed() or self.shop.drops
            assert done.code == 0 or left, done.said
        return done

    def _allowed(self, *codes: int, known: Mapping[str, Entry] | None = None) -> set[int]:
        """These exit codes, and those that faults, lost roles and people who have moved can bring about.

        A person who moves or is deleted is an error only where neither ``known`` nor, without it, the last
        complete run has the entry.
        """
        allowed = {*codes, *(() if self.calm else (0, 1, 3, 4))}
        invalid = self.shop.has_unknown_mover(known)
        return allowed | ({3} if self.shop.owed() else set()) | ({65} if invalid else set())


def _happening(fault: str, contact: str, moment: str) -> str:
    return f"{fault},{moment.format(contact)}"


def _histories(account: SandboxAccount, part: int) -> Callable[[], History]:
    """Makes a history; where chance is fixed, each part has chances of its own."""

    def make() -> History:
        return History(account)

    return seed(part)(make) if settings.default.derandomize else make


LONG = [pytest.mark.long, pytest.mark.timeout(2_400)]


@pytest.mark.parametrize(
    ("runs", "steps", "part"),
    [(8, 12, 0), *(pytest.param(50, 40, part, marks=LONG, id=f"long {part}") for part in range(6))],
)
def test_no_order_of_events_breaks_a_promise(
    running_sandbox: SandboxAccount, runs: int, steps: int, part: int
) -> None:
    """What nobody declared is never lost, each write was shown, and in quiet it always converges."""
    run_state_machine_as_test(
        _histories(running_sandbox, part),
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate],  # looking for a shorter run takes longer than reading it
            suppress_health_check=list(HealthCheck),
        ),
    )
