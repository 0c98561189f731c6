"""Runs that are cut down to a scope: what they write, what they remember, which guards judge them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import CommandResult
from tests.support.repository import Repository
from tests.support.sandbox.sandbox_account import AS_OF, Checkout, SandboxAccount

GRACE, TOM, BOB = "32", "9", "13"

HERS, HIS, BOBS = "grace.odell@example.com", "tom.wherry@example.com", "bob@email.com"

TEAM = {HERS: "roles: [customer, sample-box]", HIS: "roles: [customer, sample-box]", BOBS: "tags: [first]"}

TAGGED = {**TEAM, BOBS: "tags: [second]"}

LATER, MUCH_LATER = "2026-12-01T06:00:00Z", "2026-12-02T06:00:00Z"


@dataclass(frozen=True)
class Shop:
    """An account, and a checkout under Git whose first commit is carried out."""

    account: SandboxAccount
    checkout: Checkout
    repository: Repository

    def declare(self, entries: dict[str, str]) -> None:
        rows = "".join(f"  - {{email: {email}, {entry}}}\n" for email, entry in entries.items())
        self.checkout.declare(f"contacts:\n{rows}")

    def commit(self, entries: dict[str, str]) -> str:
        """Declare and commit; the commit's name."""
        self.declare(entries)
        return self.repository.commit()

    def apply(self, *arguments: str, as_of: str = AS_OF) -> CommandResult:
        return self.checkout.apply(*arguments, as_of=as_of)

    def applied(self, *arguments: str, as_of: str = AS_OF) -> None:
        done = self.apply(*arguments, as_of=as_of)
        assert done.code == 0, done.said

    def planned(self, *arguments: str) -> dict[str, Any]:
        """The plan as JSON."""
        self.saved(*arguments)
        plan: dict[str, Any] = json.loads((self.checkout.root / "plan.json").read_text())
        return plan

    def saved(self, *arguments: str) -> Path:
        file = self.checkout.root / "plan.json"
        done = self.checkout.plan("--out", str(file), *arguments)
        assert done.code == 0, done.said
        return file

    def verdict(self, guard: str, *arguments: str) -> dict[str, Any]:
        return next(one for one in self.planned(*arguments)["guards"] if one["name"] == guard)

    def recorded(self) -> tuple[str, dict[str, str]]:
        """The commit of the last record, and what each of its entries says of when it was settled."""
        line = self.checkout.lines("record")[-1]
        rows = json.loads((self.checkout.state / "records" / line["file"]).read_bytes())["entries"]
        return line["commit"], {row["email"]: row["settled"] for row in rows}

    def written(self) -> list[str]:
        """The ids of the contacts that were written since the last look."""
        ids = [one["path"].split("/")[3].removesuffix(".json") for one in self.account.writes()]
        self.account.control("DELETE", "requests")
        return ids


@pytest.fixture
def shop(sandbox_account: SandboxAccount) -> Shop:
    checkout = sandbox_account.checkout("")
    (checkout.root / ".gitignore").write_text(".reconcile/\nplan.json\n")
    shop = Shop(sandbox_account, checkout, Repository.at(checkout.root))
    shop.commit(TEAM)
    shop.applied()
    shop.written()
    return shop


# --- What it remembers ---


def test_a_run_of_all_that_differs_takes_the_rest_over(shop: Shop) -> None:
    """Its record has every entry: those in scope anew, those out of it as they were, none that is deleted."""
    base, _ = shop.recorded()
    head = shop.commit({HERS: TEAM[HERS], BOBS: "tags: [second]"})
    assert [row["contact"]["id"] for row in shop.planned("--base", base)["undeclared"]] == [TOM, TOM]
    shop.applied("--base", base, as_of=LATER)
    assert shop.written() == [BOB]
    assert shop.recorded() == (head, {HERS: AS_OF, BOBS: "record"})
    after = shop.planned("--base", base)
    assert after["changes"] == []
    assert shop.planned()["undeclared"] == []
    assert shop.checkout.lines("begin")[-1]["scope"] == {"base": base, "only": [], "declarations": 1}
    next_head = shop.commit({HERS: TEAM[HERS], BOBS: "tags: [third]"})
    shop.applied("--base", head, as_of=MUCH_LATER)
    assert shop.recorded()[0] == next_head


def test_a_run_of_some_that_differ_leaves_no_record(shop: Shop) -> None:
    """What it leaves out would never be looked at again."""
    base, _ = shop.recorded()
    shop.commit({**TAGGED, HERS: "tags: [second]"})
    shop.applied("--only", BOBS)
    shop.applied("--base", base, "--only", BOBS)
    assert shop.written() == [BOB]
    assert shop.planned("--only", BOBS)["changes"] == []
    assert len(shop.checkout.lines("record")) == 1
    shop.applied("--base", base)
    assert shop.recorded()[0] != base


def test_only_the_base_of_the_last_record_is_gone_on_from(shop: Shop) -> None:
    """Not an older one, not one that had changes, not under another configuration."""
    base, _ = shop.recorded()
    middle = shop.commit(TAGGED)
    head = shop.commit({**TAGGED, HIS: "roles: [customer, sample-box, press]"})
    shop.applied("--base", middle)
    assert shop.recorded()[0] == base
    config = shop.checkout.root / "reconcile.yaml"
    own = config.read_text()
    config.write_text(own + "guards: {last-role: 1}\n")
    shop.applied("--base", base)
    assert shop.recorded()[0] == base
    config.write_text(own)
    shop.applied("--base", base)
    assert shop.recorded()[0] == head


def test_whoever_was_written_since_must_be_in_scope(shop: Shop) -> None:
    """A change that was carried out and then taken back in the files differs from no base, and yet stays."""
    base, _ = shop.recorded()
    shop.declare(TAGGED)
    shop.applied("--only", BOBS)
    shop.commit({**TEAM, HIS: "roles: [customer, sample-box, press]"})
    shop.applied("--base", base)
    assert shop.recorded()[0] == base
    shop.applied()
    assert shop.account.holds()[BOB]["tags"] == ["first"]
    assert shop.recorded()[0] != base


def test_what_is_due_goes_on_from_a_run_in_a_scope(shop: Shop) -> None:
    """The window of an entry that the run was about, and of one that it took over."""
    base, _ = shop.recorded()
    shop.commit({**TEAM, BOBS: "tags: [{value: first, expires: '2026-12-01T00:00:00Z'}]"})
    shop.applied("--base", base)
    shop.applied("--due", as_of=LATER)
    assert shop.written() == [BOB]
    shop.account.outside(GRACE, revoke="sample-box")
    shop.applied("--due", as_of=MUCH_LATER)
    assert shop.written() == []


def test_a_run_in_a_scope_can_be_reverted(shop: Shop) -> None:
    """As any other: its journal has what was there before."""
    shop.commit(TAGGED)
    shop.applied("--only", BOBS)
    run = shop.checkout.journals()[-1].name
    last = shop.checkout.run("history").out.splitlines()[-1]
    assert last.split()[0] == run.rpartition("-")[2]
    assert "   in a scope of 1 declaration   complete" in last
    undo = shop.checkout.root / "plan.json"
    assert shop.checkout.run("revert", run, "--out", str(undo), "--as-of", AS_OF).code == 0
    shop.applied(str(undo))
    assert shop.account.holds()[BOB]["tags"] == ["first"]


# --- A saved plan ---


def test_a_saved_plan_is_applied_within_its_scope(shop: Shop) -> None:
    """What has changed elsewhere is neither looked at nor written, whatever its branch is by now."""
    shop.repository.git("branch", "review")
    shop.commit(TAGGED)
    file = shop.saved("--base", "review")
    shop.account.outside(GRACE, revoke="sample-box")
    shop.repository.git("branch", "-f", "review", "HEAD")
    shop.applied(str(file))
    assert shop.written() == [BOB]
    assert shop.account.holds()[GRACE]["roles"].keys() == {"customer"}


@pytest.mark.parametrize("only", [BOBS, "contacts/team.yaml"])
def test_a_saved_plan_means_the_same_wherever_it_is_applied(
    shop: Shop, only: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is no file of the folder that the plan happened to be made in; a file is one of the checkout."""
    shop.commit(TAGGED)
    monkeypatch.chdir(shop.checkout.root)
    file = shop.saved("--only", only)
    assert json.loads(file.read_text())["scope"]["only"] == [only]
    monkeypatch.chdir(shop.checkout.root / "contacts")
    assert shop.planned("--only", BOBS)["scope"]["only"] == [BOBS]
    file = shop.saved("--only", str(shop.checkout.root / only) if "/" in only else only)
    monkeypatch.chdir("/")
    shop.applied(str(file))
    assert shop.written() == [BOB]


def test_more_in_scope_than_the_plan_has_is_refused(shop: Shop) -> None:
    """Fewer is fine: what is as the base again is left alone."""
    base, _ = shop.recorded()
    shop.commit({**TAGGED, HERS: "tags: [second]"})
    file = shop.saved("--base", base)
    shop.commit({**TAGGED, HERS: "tags: [second]", HIS: "tags: [third]"})
    refused = shop.apply(str(file))
    assert refused.code == 3, refused.said
    assert f"{HIS} differs now, and was not in its scope" in refused.err
    shop.commit(TAGGED)
    shop.applied(str(file))
    assert shop.written() == [BOB]


def test_a_saved_plan_takes_no_other_scope(shop: Shop) -> None:
    """A wrong call, as is a scope of what is due."""
    shop.commit(TAGGED)
    file = shop.saved("--only", BOBS)
    assert shop.apply(str(file), "--base", "HEAD").code == 64
    assert shop.apply(str(file), "--only", HERS).code == 64
    assert shop.apply("--due", "--only", BOBS).code == 64


# --- Its guards ---


def test_another_holder_is_looked_for_among_those_who_should_hold_the_role(shop: Shop) -> None:
    """One proven holder is enough; where none is found, the role may be losing its last one."""
    base, _ = shop.recorded()
    shop.commit({**TEAM, HERS: "roles: [customer]"})
    shop.account.control("DELETE", "requests")
    assert shop.verdict("last-holder", "--base", base)["passed"]
    read = {one["path"] for one in shop.account.requests() if one["path"].startswith("/api/contacts/")}
    assert read == {f"/api/contacts/{GRACE}.json", f"/api/contacts/{TOM}.json"}
    shop.account.outside(TOM, revoke="sample-box")
    verdict = shop.verdict("last-holder", "--base", base)
    assert not verdict["passed"]
    assert verdict["subjects"] == ["sample-box"]
    assert "would lose the last holder, as far as up to three tell" in verdict["message"]
    refused = shop.apply("--base", base)
    assert refused.code == 3, refused.said
    assert shop.verdict("last-holder")["passed"]


def test_three_are_asked_at_most_for_each_role(shop: Shop) -> None:
    """However many should hold it, and whatever they hold: a scope costs a handful of requests."""
    others = [row for row in map(str, range(20, 32)) if row in shop.account.holds()][:6]
    held = "roles: [sample-box], manage: {roles: additive}"
    rows = "".join(f"  - {{id: {number}, {held}}}\n" for number in others)
    hers = f"  - {{email: {HERS}, roles: [%s]}}\n"
    shop.checkout.declare("contacts:\n" + hers % "customer, sample-box" + rows)
    base = shop.repository.commit()
    shop.applied()
    for number in others:
        shop.account.outside(number, revoke="sample-box")
    shop.checkout.declare("contacts:\n" + hers % "customer" + rows)
    shop.account.control("DELETE", "requests")
    assert not shop.verdict("last-holder", "--base", base)["passed"]
    read = [one["path"] for one in shop.account.requests() if one["path"].startswith("/api/contacts/")]
    assert len(read) == 1 + 3


def test_guards_of_the_whole_account_do_not_judge(shop: Shop) -> None:
    """They say so, and leave what the last listing counted for the next one."""
    shop.commit({BOBS: TAGGED[BOBS]})
    judged = {one["name"]: one for one in shop.planned("--only", BOBS)["guards"]}
    for guard in ("shrunk", "incomplete-listing"):
        assert judged[guard]["passed"]
        assert judged[guard]["message"].startswith("not judged")
    shop.applied("--only", BOBS)
    first, second = shop.checkout.lines("begin")
    assert (first["contacts"] is None, second["contacts"]) == (False, None)
    assert shop.verdict("shrunk")["message"].startswith("0 contacts fewer than at the last run")
