"""A plan in a scope is the whole plan cut to it, whoever is declared however, and however they are found."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from reconcile.clock import Window
from reconcile.errors import DeclarationError
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place, Problem
from reconcile.model.record import Record, RecordedEntry, Remembered
from reconcile.model.settings import Policy
from reconcile.plan.baseline.resolved import resolved_form
from reconcile.plan.baseline.scope import Only, ScopeChoice, select
from tests.support.sandbox.sandbox_account import SandboxAccount
from tests.support.sandbox.scoped_plan import Planner, against
from tests.support.shop import NOW, Shop

PEOPLE = (
    ("14", "margaret.tilney@example.org", "TJ-0014"),
    ("15", "dev@gill-kitchens.example.net", "GK-0015"),
    ("16", "aoife@brennanfit.example.net", "BF-0016"),
    ("98", "nobody@example.com", "NO-0098"),
)
"""Three who are there, and one who is not. A branch has the address of the first."""

ids = st.sampled_from([id_ for id_, _, _ in PEOPLE])
emails = st.sampled_from([email for _, email, _ in PEOPLE])
references = st.sampled_from([reference for _, _, reference in PEOPLE])

named = st.one_of(
    st.sampled_from(PEOPLE).flatmap(
        lambda person: st.sampled_from(
            [
                {"id": person[0]},
                {"id": person[0], "email": person[1]},
                {"reference": person[2]},
                {"reference": person[2], "email": person[1]},
                {"email": person[1]},
                {"email": person[1].upper()},
            ]
        )
    ),
    st.fixed_dictionaries({"id": ids, "email": emails}),
    st.fixed_dictionaries({"reference": references, "email": emails}),
)

days = st.integers(-3, 3)

contents = st.fixed_dictionaries(
    {"tags": st.dictionaries(st.sampled_from(["vip", "trade", "new"]), days, max_size=2)},
    optional={
        "roles": st.dictionaries(st.sampled_from(["customer", "press"]), days, min_size=1),
        "moves_to": emails,
        "present": st.just(False),
        "create": st.just(True),
    },
)

entries = st.tuples(named, contents, st.none() | contents, st.none() | ids, st.booleans())
"""Who is meant, what the entry says, what the base's said (None: the same), and what a run remembers."""


@dataclass(frozen=True)
class Folder:
    """The declarations as they are and as they were, and what the last run remembers of them."""

    now: tuple[Declaration, ...]
    before: tuple[Declaration, ...]
    remembered: Remembered


def folder_of(drawn: list[tuple[Any, ...]], dropped: int) -> Folder:
    now: dict[object, Declaration] = {}
    before: dict[object, Declaration] = {}
    recorded = {}
    for line, (who, content, base, known, aside) in enumerate(drawn, 1):
        declaration = declared(line, who, content)
        if declaration.key in now:
            continue
        now[declaration.key] = declaration
        before[declaration.key] = declared(line, who, content if base is None else base)
        if known is not None:
            since = NOW if aside else None
            recorded[declaration.key] = RecordedEntry("sha256:0", known, NOW, set_aside=since)
    entries_now = tuple(now.values())
    record = Record("run", NOW - timedelta(days=1), None, "", "", recorded)
    return Folder(entries_now, tuple(before.values())[dropped:], Remembered(record))


def declared(line: int, who: dict[str, str], content: dict[str, Any]) -> Declaration:
    place = Place("contacts/team.yaml", line)
    made = Declaration(
        place,
        **who,  # type: ignore[arg-type]
        tags=tuple(DeclaredTag(name, place, window(day)) for name, day in sorted(content["tags"].items())),
    )
    if "roles" in content:
        roles = sorted(content["roles"].items())
        grants = (DeclaredGrant(name, place, None, window(day)) for name, day in roles)
        made = replace(made, roles=tuple(grants))
    if content.get("moves_to") and "email" in who:
        made = replace(made, profile={"email": content["moves_to"]})
    if "present" in content:
        return replace(made, present=False, roles=(), tags=())
    if content.get("create") and "email" in who and "id" not in who:
        profile = {"firstname": "New", "lastname": "Name"}
        return replace(made, create=True, type="user", profile=profile)
    return made


def window(day: int) -> Window:
    """Open for ever on no day; before it else, or from it on."""
    instant = NOW + timedelta(days=day)
    return Window() if day == 0 else Window(expires=instant) if day < 0 else Window(starts=instant)


@given(drawn=st.lists(entries, min_size=1, max_size=5), dropped=st.integers(0, 2))
@settings(
    max_examples=25,
    phases=[Phase.generate, Phase.shrink],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_plan_in_a_scope_is_the_whole_plan_cut_to_it(
    running_sandbox: SandboxAccount, drawn: list[tuple[Any, ...]], dropped: int
) -> None:
    """Changes, what is scheduled and withheld, who is set aside, and what is an error."""
    folder = folder_of(drawn, dropped)
    link = Shop(running_sandbox.path, running_sandbox.access).connection
    whole = outcome(Planner(link, remembered=folder.remembered), folder, cut=False)
    # Pages so small that looking up is cheaper.
    scoped = outcome(Planner(replace(link, page_size=8), remembered=folder.remembered), folder, cut=True)
    inside = {entry.place for entry in in_scope(folder)}
    if isinstance(whole, Plan):
        assert isinstance(scoped, Plan), scoped
        for part in ("changes", "scheduled", "withheld", "set_aside"):
            cut = [one for one in getattr(whole, part) if one.source in inside]
            assert list(getattr(scoped, part)) == cut, part
        event(f"{len(scoped.changes)} changes, {len(scoped.set_aside)} set aside")
    else:
        cut = [problem for problem in whole if problem.place in inside]
        event("problems in scope" if cut else "problems elsewhere")
        assert isinstance(scoped, Plan) if not cut else [*scoped] == cut, whole


def in_scope(folder: Folder) -> tuple[Declaration, ...]:
    selection = select(folder.now, against(folder.before), Policy(), remembered=folder.remembered)
    return selection.declarations


def outcome(planner: Planner, folder: Folder, *, cut: bool) -> Plan | tuple[Problem, ...]:
    """The plan, or the problems that keep it from being made."""
    choice = against(folder.before)
    try:
        return planner.plan(folder.now, choice) if cut else planner.whole(folder.now, choice)
    except DeclarationError as error:
        return error.problems


def test_who_comes_into_force_by_a_deleted_entry_is_in_scope(running_sandbox: SandboxAccount) -> None:
    """Two entries for one contact are set aside; merged, the one that is left does what nobody has seen."""
    (id_, email, reference), (other, *_) = PEOPLE[:2]
    left = declared(1, {"id": id_}, {"tags": {"new": 0}})
    gone = declared(2, {"email": email}, {"tags": {"vip": 0}})
    elsewhere = declared(3, {"id": other}, {"tags": {"trade": 0}})
    referring = declared(4, {"reference": reference}, {"tags": {"vip": 0}})
    link = Shop(running_sandbox.path, running_sandbox.access).connection
    planner = Planner(replace(link, page_size=8))
    plan = planner.plan((left, elsewhere), against((left, gone, elsewhere)))
    assert [change.contact.id for change in plan.changes] == [id_]
    assert plan.scope is not None
    assert plan.scope.contacts == (left.key,)
    folder = (left, elsewhere, referring)
    plan = planner.plan(folder, against((*folder, gone)))
    assert [entry.source for entry in plan.set_aside] == [left.place, referring.place]


def test_a_name_is_about_the_contact_whatever_its_entry_was_called_before(
    running_sandbox: SandboxAccount,
) -> None:
    """What its former entry declared, and this one does not, stays; a narrowed plan says so as well."""
    id_, email, _ = PEOPLE[0]
    before = declared(1, {"email": email}, {"tags": {}, "roles": {"customer": 0}})
    now = declared(1, {"id": id_}, {"tags": {}})
    recorded = RecordedEntry("sha256:0", id_, NOW, form=resolved_form(before))
    remembered = Remembered(Record("run", NOW, None, "", "", {before.key: recorded}))
    planner = Planner(Shop(running_sandbox.path, running_sandbox.access).connection, remembered=remembered)
    whole = planner.plan((now,)).undeclared
    assert whole
    assert planner.plan((now,), ScopeChoice(only=(Only(id_),))).undeclared == whole
