"""An account and a checkout of it: after every command, each write is held against what was shown."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconcile.journal.journaled_run import JournaledRun
from tests.support.command_line import CommandResult
from tests.support.repository import Repository
from tests.support.sandbox.account_changes import (
    ContactChange,
    Item,
    asked_by,
    changes_of,
    disagreements,
    unasked,
)
from tests.support.sandbox.held_roles import HeldRoles
from tests.support.sandbox.random_entries import (
    PEOPLE,
    ROLES,
    Entry,
    declared,
    has_boundary,
    not_as_declared,
    unjustified,
    windows,
)
from tests.support.sandbox.sandbox_account import (
    Checkout,
    FakeClock,
    MachineClock,
    SandboxAccount,
    atom,
)
from tests.support.sandbox.shown_schedules import (
    Memory,
    Schedule,
    declared_schedules,
    is_shown,
    persons_in_scope,
    shown_by,
)
from tests.support.shop import NOW

NOTHING: dict[str, Any] = {"changes": []}
"""A plan of a command that showed none."""


@dataclass
class WatchedShop:
    """What somebody who saw everything knows: who is meant, who moved, what was written, touched, recorded.

    ``recorded`` are the people whose entry by e-mail a complete run has had; ``touched`` are the items that
    somebody has changed since the last complete run, or since the tool has written them. ``drops`` are the
    facets that the account empties where an update does not name them. ``memories`` is what each complete run
    remembers, ``bases`` are the commits with what they declare.
    """

    account: SandboxAccount
    checkout: Checkout
    workers: int
    wanted: dict[str, Entry]
    now: datetime = NOW
    moved: set[str] = field(default_factory=set)
    recorded: set[str] = field(default_factory=set)
    touched: set[tuple[str, Item]] = field(default_factory=set)
    completed: datetime | None = None
    changes: dict[str, list[ContactChange]] = field(default_factory=dict)
    taken: dict[str, Counter[str]] = field(default_factory=dict)
    writes: list[ContactChange] = field(default_factory=list)
    drops: frozenset[str] = frozenset()
    memories: dict[str, Memory] = field(default_factory=dict)
    bases: list[tuple[str, dict[str, Entry]]] = field(default_factory=list)
    held: HeldRoles = field(init=False)

    def __post_init__(self) -> None:
        self.account.control("DELETE", "changes")
        self.held = HeldRoles.of(self.account.holds())

    def declare(self, wanted: dict[str, Entry]) -> None:
        """Write the file of declarations."""
        self.wanted = wanted
        self.checkout.declare(declared(wanted))

    def commit(self) -> None:
        """Commit the declarations as they are."""
        (self.checkout.root / ".gitignore").write_text(".reconcile/\n*.json\n", encoding="utf-8")
        is_new = not (self.checkout.root / ".git").exists()
        repository = Repository.at(self.checkout.root) if is_new else Repository(self.checkout.root)
        self.bases.append((repository.commit(), dict(self.wanted)))

    @property
    def memory(self) -> Memory:
        """What the last complete run remembers that nobody has retired."""
        kept = [run.name for run in self.runs() if run.name in self.memories and not run.retired]
        return self.memories[kept[-1]] if kept else Memory()

    def has_unknown_mover(self, known: Mapping[str, Entry] | None = None) -> bool:
        """Whether somebody has moved, or is gone, of whom these entries, or those remembered, have none.

        To the tool it may be a typing mistake; an entry is another one where it names the contact otherwise.
        """
        known = self.memory.entries if known is None else known
        names = {(number, entry["by"]) for number, entry in known.items()}
        return any((number, self.wanted[number]["by"]) not in names for number in self.moved & {*self.wanted})

    def runs(self) -> list[JournaledRun]:
        return self.checkout.journals() if (self.checkout.state / "runs").exists() else []

    def run(
        self,
        *arguments: str,
        clock: FakeClock | None = None,
        machine: MachineClock | None = None,
        reverting: bool = False,
    ) -> CommandResult:
        """Run a command; whatever becomes of it, its writes were asked for, shown and noted as they were."""
        self._see_people()
        known, owed = {run.name for run in self.runs()}, self.owed()
        done = None
        try:
            done = self.checkout.run(*arguments, "--as-of", atom(self.now), clock=clock, machine=machine)
        finally:
            if done is not None or isinstance(clock, FakeClock):
                self._judge(done, known, due="--due" in arguments, reverting=reverting)
        if owed and arguments[0] == "apply" and "--acknowledge" not in arguments and not reverting:
            assert self.writes == [], done.said
            assert done.code in (1, 3, 65), done.said
        return done

    def owed(self) -> list[str]:
        """The runs that noted a role lost unasked, and that nobody has acknowledged or undone."""
        runs = self.runs()
        undone = {run.begun.revert for run in runs if run.begun and run.complete}
        return [run.name for run in runs if losers(run) and not run.acknowledged and run.name not in undone]

    def _see_people(self) -> None:
        """What people did since the last command; the lists of the sandbox begin anew."""
        rows = self._rows()
        self.held.happened(rows)
        self._touch(changes_of(rows))
        self.account.control("DELETE", "changes")
        self.account.control("DELETE", "requests")

    def _touch(self, changes: list[ContactChange]) -> None:
        for change in changes:
            items = {(change.contact, item) for item in change.items}
            self.touched = self.touched - items if change.by_tool else self.touched | items

    def _changes(self) -> list[ContactChange]:
        return changes_of(self._rows())

    def _rows(self) -> list[dict[str, Any]]:
        return list(self.account.control("GET", "changes")["changes"])

    def written_so_far(self) -> list[ContactChange]:
        """The changes by the tool since its command began."""
        return [change for change in self._changes() if change.by_tool]

    def _judge(self, done: CommandResult | None, known: set[str], *, due: bool, reverting: bool) -> None:
        assert done is None or "Traceback" not in done.said
        self.writes = self.written_so_far()
        new = [run for run in self.runs() if run.name not in known]
        for run in new:
            self._judge_run(run, done, due=due, reverting=reverting)
        assert new or not self.writes, "a write without a journal"
        for run in self.runs():
            assert disagreements(run, self.taken.get(run.name, Counter())) == [], run.name

    def _judge_run(
        self, run: JournaledRun, done: CommandResult | None, *, due: bool, reverting: bool
    ) -> None:
        shown = plan_of(done) if done else _told_by(run)
        self.held.happened_during(run.name, rows := self._rows())
        self.changes[run.name], self.taken[run.name] = changes_of(rows), self._taken()
        if not reverting:
            self._assert_justified(shown)
            self._assert_foretold(shown, due=due)
        for change in self.writes:
            asked = asked_by(shown, change.contact)
            dropped = self._dropped(change, {facet for facet, _ in asked} if reverting else None)
            complaints = unasked(change, asked, run, self.now, dropped)
            assert complaints == [], (complaints, done and done.said)
            if done and any(self._was_access(change, item) for item in dropped):
                assert done.code == 4, done.said
                assert change.contact in losers(run) | in_doubt(run), done.said
            if due:
                self._assert_due(change, dropped)
        assert done is None or not self.writes or done.code in (0, 4), done.said
        self._note_record(run, shown if done else None)

    def _dropped(self, change: ContactChange, sent: set[str] | None) -> set[Item]:
        """What the account took of a contact because the update did not name the set."""
        managed = self._entry_of(change) if sent is None else sent
        return {
            item
            for item in change.items
            if item[0] in self.drops and item[0] not in managed and item not in (change.after or {})
        }

    def _was_access(self, change: ContactChange, item: Item) -> bool:
        """True for a role that had not lapsed when it was taken: one that had is no access any more."""
        expires = (change.before or {})[item][1] if item[0] == "roles" else 0
        return expires is None or expires > self.now.timestamp()

    def _taken(self) -> Counter[str]:
        """How many writes the account has carried out, whatever it answered, by the id of the contact."""
        return Counter(
            row["path"].removeprefix("/api/contacts/").removesuffix(".json")
            for row in self.account.writes()
            if 0 < row["status"] < 400
        )

    def _assert_justified(self, plan: Mapping[str, Any]) -> None:
        """Each operation is one that the entry of its contact asks for."""
        for change in plan["changes"]:
            entry = self.wanted[self._number(change["contact"])]
            wrong = [one for one in change["operations"] if unjustified(entry, one, self.now)]
            assert wrong == [], (change["contact"], wrong, entry)

    def _number(self, contact: Mapping[str, Any]) -> str:
        """Whose entry a change is by: a stranger with the address of one only where no run had it before."""
        if contact["id"] in PEOPLE:
            return str(contact["id"])
        number = next(number for number, email in PEOPLE.items() if email == contact["email"])
        assert self.wanted[number]["by"] == "email"
        assert number not in self.recorded, f"the entry of contact {number} is used for {contact['id']}"
        return number

    def _entry_of(self, change: ContactChange) -> Entry:
        """The entry that a contact is written by."""
        email = (change.after or {}).get(("profile", "email"))
        return self.wanted[self._number({"id": change.contact, "email": email})]

    def _assert_due(self, change: ContactChange, dropped: set[Item]) -> None:
        """The clock alone asks for it: a window began or ended, and nobody has touched the item since.

        What the account drops, and a grant that had lapsed before, no plan asks for.
        """
        for item in change.items - dropped:
            if item in (change.before or {}) and item[0] == "roles" and not self._was_access(change, item):
                continue
            assert (change.contact, item) not in self.touched, (change, "somebody has touched it")
            assert has_boundary(self._entry_of(change), item, self.completed, self.now), (change, item)

    def _assert_foretold(self, plan: Mapping[str, Any], *, due: bool) -> None:
        """A plan shows all that is to come for its people; what is due, complete runs have shown."""
        if due:
            shown = self.memory.shown
            wrong = [row for row in self._clock_steps(plan) if not is_shown(row, shown)]
            assert wrong == [], (wrong, shown)
        elif "scheduled" in plan:
            people = persons_in_scope(plan, self.wanted)
            wanted = {number: entry for number, entry in self.wanted.items() if number in people}
            assert {*shown_by(plan, self.wanted)} == {*declared_schedules(wanted, self.now)}

    def _clock_steps(self, plan: Mapping[str, Any]) -> Iterator[Schedule]:
        """What a plan of what is due does; the end of a role is in its grant, and so was shown with it."""
        for change in plan["changes"]:
            number = self._number(change["contact"])
            for step in change["operations"]:
                item = (step["facet"], step["item"])
                window = windows(self.wanted[number])[item]
                if (step["facet"], step["action"]) != ("roles", "remove"):
                    yield number, item, step["action"], window

    def _note_record(self, run: JournaledRun, plan: Mapping[str, Any] | None) -> None:
        """``plan`` is what the run has shown; None when it was killed after that."""
        during = self._changes()
        if run.record is not None:
            self._remember(run, plan)
        self._touch(during)

    def _remember(self, run: JournaledRun, plan: Mapping[str, Any] | None) -> None:
        memory = self.memory
        if run.due:
            self.memories[run.name] = memory
            return
        if plan is None:
            plan = {}
            memory = Memory(dict(self.wanted), frozenset(declared_schedules(self.wanted, self.now)))
        else:
            memory = memory.after(plan, self.wanted)
        self.memories[run.name] = memory
        people = persons_in_scope(plan, self.wanted)
        by_email = {number for number, entry in self.wanted.items() if entry["by"] == "email"}
        self.recorded = by_email & (self.recorded | people - self.moved)
        self.touched = {(contact, item) for contact, item in self.touched if contact not in people}
        if plan.get("scope") is None:
            self.touched, self.completed = set(), self.now

    def assert_undoes(self, plan: Mapping[str, Any], run: str) -> None:
        """A plan to take a run back touches only what that run has changed.

        It may take for its own what somebody changed to the same between its last reading and its write.
        """
        changes = self.changes.get(run, [])
        written = {change.contact for change in changes if change.by_tool}
        changed = {(change.contact, item) for change in changes for item in change.items}
        for change in plan["changes"]:
            contact = change["contact"]["id"]
            touched = {(contact, (one["facet"], one["item"])) for one in change["operations"]}
            assert contact in written, change
            assert touched <= changed, (change, changed)

    def assert_seen_truly(self) -> None:
        """No run says that it saw a role held, or not, that was not: ``--who-had`` goes by what they saw."""
        assert self.held.untrue(self.runs(), (*ROLES, "staff-tools")) == []

    def assert_as_declared(self, plan: Mapping[str, Any]) -> None:
        """All is as declared, but for those who were set aside or have moved."""
        aside = {one["contact"]["id"] for one in plan.get("set_aside", [])}
        holds = self.account.holds()
        for number in {*self.wanted} - aside - self.moved:
            wrong = not_as_declared(self.wanted[number], holds[number], self.now)
            assert wrong == [], (number, wrong, self.wanted[number])


def plan_of(done: CommandResult) -> dict[str, Any]:
    """The plan that a command showed as JSON."""
    shown: dict[str, Any] = json.loads(done.out) if done.out.startswith("{") else NOTHING
    return shown


def losers(run: JournaledRun) -> set[str]:
    """The contacts of which the run, or a later look, says that they lost a role unasked."""
    return {
        line.contact or line.key for line in run.losses if any(lost.facet == "roles" for lost in line.lost)
    }


def in_doubt(run: JournaledRun) -> set[str]:
    """The contacts that somebody has yet to look at."""
    return {line.contact or line.key for line in run.outcomes if line.in_doubt}


def _told_by(run: JournaledRun) -> dict[str, Any]:
    """What a run that was killed said in its journal that it would do."""
    return {
        "changes": [
            {"contact": {"id": one.contact, "email": one.email}, "operations": list(one.operations)}
            for one in run.intents
        ]
    }
