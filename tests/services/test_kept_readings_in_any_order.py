"""Whatever people do between plans, one that takes earlier readings shows what one that reads all shows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.support.sandbox.random_entries import PEOPLE, ROLES, Entry, declared, entries, people
from tests.support.sandbox.random_events import acts, moments
from tests.support.sandbox.remembering_checkout import RememberingCheckout
from tests.support.sandbox.sandbox_account import SandboxAccount

GUARDS = "guards: {last-role: 9, last-holder: 9, losing-access: {contacts: 99}}\n"

SPANS = [timedelta(seconds=seconds) for seconds in (1, 59, 61, 3600, 23 * 3600, 25 * 3600)]

FIELDS = [{"phone": "01473 1"}, {"firstname": "New"}, {"address": {"city": "Diss"}}]


class RememberedAccount(RuleBasedStateMachine):
    """An account where people act, and a checkout whose plans remember what they have read."""

    def __init__(self, account: SandboxAccount) -> None:
        super().__init__()
        self.account = account
        self.moved: set[str] = set()
        self.shop: RememberingCheckout

    @initialize(wanted=st.dictionaries(people, entries, min_size=3))
    def open(self, wanted: dict[str, Entry]) -> None:
        self.account.reset()
        self.shop = RememberingCheckout.of(self.account, declared(wanted), settings=GUARDS)
        self.settle()

    @rule()
    def settle(self) -> None:
        """All is as declared and has been so for a while: the next plans read nobody."""
        self.shop.run("apply", "--yes")
        self.shop.wait(timedelta(minutes=2))
        self.shop.run("plan")

    @rule(wanted=st.dictionaries(people, entries, min_size=1))
    def declare(self, wanted: dict[str, Entry]) -> None:
        self.shop.checkout.declare(declared(wanted))
        self.settle()

    @rule(act=acts)
    def somebody_acts(self, act: tuple[str, str]) -> None:
        number, what = act[0], _spelt(act[1]).replace("tag-type", "tag_type")
        keys = dict(pair.split("=") for pair in what.split(","))
        if number in self.account.holds():
            self.account.control("PATCH", f"contacts/{number}", keys)

    @rule(number=people, fields=st.sampled_from(FIELDS))
    def a_program_writes(self, number: str, fields: dict[str, object]) -> None:
        self.shop.write(number, **fields)

    @rule(number=people)
    def somebody_leaves(self, number: str) -> None:
        if number in self.account.holds():
            self.account.control("DELETE", f"contacts/{number}")

    @rule(number=people)
    def somebody_else_gets_an_address(self, number: str) -> None:
        """Who had it so far has another one from now on."""
        if number not in self.moved:
            self.moved.add(number)
            moved = {"email": PEOPLE[number], "moved_to": f"moved.{PEOPLE[number]}"}
            self.account.control("POST", "contacts", moved)

    @rule(title=st.sampled_from(["Press", "The press"]), approval=st.sampled_from(["none", "admin"]))
    def a_role_changes(self, title: str, approval: str) -> None:
        roles = self.shop.call("GET", "/api/v2/roles.json")["data"]
        number = next(role["id"] for role in roles if role["reference"] == "press")
        fields = {"title": title, "approvalMethod": approval}
        self.shop.call("PUT", f"/api/v2/roles/{number}.json", {"data": fields})

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        self.shop.wait(span)

    @rule(act=acts, seconds=st.sampled_from([0, 0, 30, 90]))
    def a_plan_comes_between_two_acts(self, act: tuple[str, str], seconds: int) -> None:
        """The second may come so soon that it leaves the row as the first has left it."""
        self.somebody_acts((act[0], "tag=auto:seen"))
        self.shop.run("plan")
        self.shop.wait(timedelta(seconds=seconds))
        self.somebody_acts(act)
        self.look("plan")

    @rule(fuse=st.integers(1, 120))
    def a_plan_is_killed(self, fuse: int) -> None:
        self.shop.run_amid(fuse=fuse)

    @rule(happenings=st.lists(st.tuples(acts, moments), min_size=1, max_size=2))
    def people_act_amid_a_plan(self, happenings: list[tuple[tuple[str, str], str]]) -> None:
        faults = (
            f"writer:contact={number},{_spelt(what)},{at.format(number)}" for (number, what), at in happenings
        )
        self.shop.run_amid(*faults)

    @rule(command=st.sampled_from(["plan", "plan", "drift"]))
    def look(self, command: str) -> None:
        self.shop.assert_same_as_without(command, "--format", "json")

    def teardown(self) -> None:
        if hasattr(self, "shop"):
            self.look("plan")
            self.shop.checkout.remove()


def _spelt(act: str) -> str:
    return act.format(role=ROLES[1])


Search = Callable[[int, int], None]


@pytest.fixture
def search(sandbox_account: SandboxAccount) -> Search:
    """Look through so many histories of so many steps."""

    def look(examples: int, steps: int) -> None:
        told = settings(
            max_examples=examples,
            stateful_step_count=steps,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(lambda: RememberedAccount(sandbox_account), settings=told)

    return look


def test_a_plan_with_earlier_readings_is_the_same_in_short_histories(search: Search) -> None:
    search(2, 5)


@pytest.mark.long
def test_a_plan_with_earlier_readings_is_the_same_in_long_histories(search: Search) -> None:
    search(12, 20)
