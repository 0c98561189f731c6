"""A plan in a scope is the whole plan cut to it, when people act and move and entries are deleted, too."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconcile.cli.console import Terminal
from reconcile.declare.loader import load_declarations
from reconcile.errors import DeclarationError
from reconcile.evance.connection import credentials_from, resolve_connection
from reconcile.evance.reader import Reader
from reconcile.model.declaration import Declaration
from reconcile.model.plans.plan import Plan
from reconcile.plan.baseline.scope import EVERYTHING, Base, Only, ScopeChoice, select
from reconcile.services.caller import ProjectChoice
from reconcile.services.planning.fresh_plan import make_fresh_plan
from reconcile.services.project import Project, open_project
from tests.support.sandbox.random_entries import PEOPLE, Entry, declared, entries, people
from tests.support.sandbox.random_events import ACTS
from tests.support.sandbox.sandbox_account import SandboxAccount
from tests.support.shop import NOW

SETTINGS = "guards: {last-role: 9, last-holder: 9}\n"

MOVED = ["stays", "moves", "moves and is followed"]


@dataclass(frozen=True)
class ScopedShop:
    """An account and a project with a folder of declarations and one of a base."""

    project: Project
    folder: tuple[Declaration, ...]
    base: Base

    def choice(self, *only: str) -> ScopeChoice:
        return ScopeChoice(self.base, tuple(map(Only, only)))

    def plan(self, choice: ScopeChoice, account: Reader) -> Plan:
        context = self.project.plan_context(account.connection.account, account.connection.capabilities)
        context = replace(context, baseline=self.base.baseline(context.account))
        return make_fresh_plan(self.folder, account, context, choice=choice).plan

    def in_scope(self, choice: ScopeChoice) -> set[Any]:
        """Where the declarations stand that the plan is about, in the folder and in the base."""
        policy, baseline = self.project.settings.policy, self.base.baseline("any")
        selection = select(self.folder, choice, policy, baseline)
        keys = {*selection.gone, *(declaration.key for declaration in selection.declarations)}
        before = {baseline.entries[key].place for key in keys if key in baseline.entries}
        return before | {declaration.place for declaration in selection.declarations}


def shop_of(account: SandboxAccount, folder: dict[str, Entry], base: dict[str, Entry]) -> ScopedShop:
    root = account.checkout(declared(folder), settings=SETTINGS).root
    choice = ProjectChoice(root / "reconcile.yaml", None, None, NOW, lambda: datetime.now(UTC))
    project = open_project(choice, Terminal(quiet=True, verbose=False, bars=False))
    policy = project.settings.policy
    (root / "base").mkdir()
    (root / "base" / "team.yaml").write_text(declared(base))
    before = load_declarations(root / "base", policy, root=root).declarations if base else ()
    known = project.capabilities()
    return ScopedShop(
        project,
        project.load().declarations,
        Base("main", "4f2a9c1", before, project.settings, project.target, known),
    )


@dataclass(frozen=True)
class Happening:
    """What the base declares, what the folder does, and what people have done meanwhile.

    ``kept`` are the entries that the folder has as the base does; ``only`` is who is asked for.
    """

    base: dict[str, Entry]
    changed: dict[str, Entry]
    kept: set[str]
    acts: list[tuple[str, str]]
    moves: dict[str, str]
    only: str | None

    @property
    def folder(self) -> dict[str, Entry]:
        return {**self.changed, **{number: self.base[number] for number in self.kept & {*self.base}}}

    def names(self) -> list[str]:
        if self.only is None:
            return []
        entry = self.folder.get(self.only) or self.base.get(self.only)
        return [f"id {self.only}" if entry and entry["by"] == "id" else PEOPLE[self.only]]

    def take_place(self, account: SandboxAccount) -> None:
        account.reset()
        for number, act in self.acts:
            keys = dict(pair.split("=") for pair in act.replace("tag-type", "tag_type").split(","))
            account.control("PATCH", f"contacts/{number}", keys)
        for number, how in self.moves.items():
            move(account, number, how)


def move(account: SandboxAccount, number: str, how: str) -> None:
    """A person gets another address, and perhaps a stranger registers with the old one."""
    old, new = PEOPLE[number], f"moved.{PEOPLE[number]}"
    if how == "moves":
        account.readdress(number, new)
    elif how != "stays":
        account.control("POST", "contacts", {"email": old, "moved_to": new})


def rows(plan: Plan) -> dict[str, list[Any]]:
    """What the plan says of people, each part with where its declaration stands."""
    return {
        "changes": [(change.source, change) for change in plan.changes],
        "scheduled": [(row.source, row) for row in plan.scheduled],
        "withheld": [(row.source, row) for row in plan.withheld],
        "undeclared": [(row.source, row) for row in plan.undeclared],
        "set aside": [(entry.source, entry) for entry in plan.set_aside],
    }


happenings = st.builds(
    Happening,
    base=st.dictionaries(people, entries),
    changed=st.dictionaries(people, entries, min_size=1),
    kept=st.sets(people),
    acts=st.lists(st.tuples(people, st.sampled_from([act for act in ACTS if "{" not in act])), max_size=3),
    moves=st.fixed_dictionaries(dict.fromkeys(PEOPLE, st.sampled_from(["stays", *MOVED]))),
    only=st.none() | people,
)


@settings(
    deadline=None,
    max_examples=15,
    phases=[Phase.generate],  # looking for a shorter example takes longer than reading it
    suppress_health_check=list(HealthCheck),
)
@given(happenings)
def test_people_who_act_and_move_make_no_difference_to_a_scope(
    running_sandbox: SandboxAccount, happening: Happening
) -> None:
    """What it says of people, to the last key; what is an error in it is one in the whole, too."""
    happening.take_place(running_sandbox)
    shop = shop_of(running_sandbox, happening.folder, happening.base)
    choice = shop.choice(*happening.names())
    connection = resolve_connection(shop.project.target, credentials_from(running_sandbox.environment))
    with Reader(connection) as account:
        try:
            whole = shop.plan(EVERYTHING, account)
        except DeclarationError:
            return
        scoped = shop.plan(choice, account)
    scope = shop.in_scope(choice)
    for part, expected in rows(whole).items():
        cut = [row for place, row in expected if place in scope]
        assert [row for _, row in rows(scoped)[part]] == cut, part
