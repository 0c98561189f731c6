"""The plan for a terminal."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model.baseline import Comparison, NoLonger, Scope, Undeclared
from reconcile.model.contact import Identity
from reconcile.model.facets import Facet
from reconcile.model.plans.change import Change, ChangeAction
from reconcile.model.plans.operation import Kept, Operation, OriginKind
from reconcile.model.plans.plan import Plan
from reconcile.render.escape import TERMINAL
from reconcile.render.layout import TextLayout, cells
from reconcile.render.plan_markdown.document import plan_markdown
from reconcile.render.plan_page.page import plan_page
from reconcile.render.plan_text import plan_text
from reconcile.render.wording.contact_lines import item_text
from reconcile.render.wording.risk import Risk, risk_groups
from tests.support.plans.large_plan import crowded_plan
from tests.support.plans.plan_samples import (
    ANN,
    BASE,
    BOB,
    JAN_END,
    boundary,
    change,
    changed,
    creation,
    field_set,
    full_plan,
    grant,
    granted,
    kept_role,
    kept_tag,
    lapsing,
    origin,
    plan,
    revoked,
    scheduled,
    scope,
    set_aside,
    tag_added,
    tag_removed,
    undeclared,
    verdict,
    withheld,
)
from tests.support.plans.plan_strategies import PLANS

PIPPA = Identity("40", "user", "pippa@example.com")


def line_of(step: Operation | Kept) -> str:
    """The one line of text that a step gets, single-spaced."""
    one = change(kept=(step,)) if isinstance(step, Kept) else change(step)
    found = plan_text(plan(one)).splitlines()
    return re.sub(" +", " ", next(line for line in found if line.startswith("      "))).strip()


STEPS = [
    (granted(grant("r", expires=JAN_END)), "+ role r active, expires 2027-01-31 (end of day, Europe/London)"),
    (
        granted(grant("r", expires="2027-01-31T12:30:00Z")),
        "+ role r active, expires 2027-01-31 12:30 (Europe/London)",
    ),
    (granted(grant("r", "default")), "+ role r by the role's own rules, perpetual"),
    (granted(grant("r"), origin(OriginKind.BUNDLE, "trade")), "+ role r active, perpetual (bundle trade)"),
    (granted(grant("r"), origin(reason="Why not")), '+ role r active, perpetual "Why not"'),
    (revoked(grant("r")), "- role r not declared"),
    (revoked(grant("r"), OriginKind.ABSENT), "- role r state: absent"),
    (revoked(grant("r"), OriginKind.LAPSED, "2026-11-02T00:00:00Z"), "- role r lapsed 2026-11-01"),
    (
        revoked(grant("r"), OriginKind.LAPSED, "2026-11-01T08:00:00Z"),
        "- role r lapsed 2026-11-01 08:00 (Europe/London)",
    ),
    (revoked(grant("r"), OriginKind.NOT_STARTED, "2026-12-01T00:00:00Z"), "- role r not before 2026-12-01"),
    (revoked(grant("r", "pending")), "- role r not declared (was pending)"),
    (changed(grant("r"), grant("r", expires=JAN_END)), "~ role r perpetual → expires 2027-01-31 (shortened)"),
    (
        changed(grant("r", expires=JAN_END), grant("r")),
        "~ role r expires 2027-01-31 → perpetual (lengthened)",
    ),
    (
        changed(grant("r", expires="2027-06-30T23:00:00Z"), grant("r", expires=JAN_END)),
        "~ role r expires 2027-06-30 → 2027-01-31 (shortened)",
    ),
    (changed(grant("r", "pending"), grant("r")), "~ role r pending → active (bypasses approval)"),
    (changed(grant("r"), grant("r", "pending")), "~ role r active → pending"),
    (
        changed(grant("r", "pending"), grant("r", expires=JAN_END)),
        "~ role r pending → active (bypasses approval), perpetual → expires 2027-01-31 (shortened)",
    ),
    (tag_added("vip"), "+ tag vip"),
    (tag_added("vip", origin(at=JAN_END)), "+ tag vip until 2027-01-31"),
    (tag_removed("vip", OriginKind.LAPSED, JAN_END), "- tag vip lapsed 2027-01-31"),
    (field_set("company", "Old", "New"), '~ profile.company "Old" → "New"'),
    (field_set("company", None, "New"), '+ profile.company "New"'),
    (field_set("company", "Old", None), '- profile.company "Old" → empty'),
    (kept_role(grant("staff-x"), OriginKind.IGNORED, "staff-*"), "= role staff-x kept: ignored by staff-*"),
    (
        kept_role(grant("r", "pending", "2027-01-31T08:00:00Z")),
        "= role r kept, pending, expires 2027-01-31 08:00 (Europe/London)",
    ),
    (kept_role(grant("r"), OriginKind.ADDITIVE), "= role r kept: additive"),
    (kept_tag("trade"), "= tag trade kept"),
]


@pytest.mark.parametrize(("step", "line"), STEPS, ids=[line for _, line in STEPS])
def test_each_step_is_said_in_words(step: Operation | Kept, line: str) -> None:
    """What happens to an item and why stands on its line."""
    assert line_of(step) == line


HEADLINES = [
    (plan(change(tag_added("x"))), "reconcile will update 1 contact at"),
    (plan(change(), change()), "reconcile will update 2 contacts at"),
    (plan(creation()), "reconcile will create 1 contact at"),
    (plan(creation(), change(), change()), "reconcile will create 1 and update 2 contacts at"),
    (plan(unchanged=1), "No changes. 1 contact at example.evance.me is as declared, as of 2026-11"),
    (plan(unchanged=5_000), "No changes. 5,000 contacts at example.evance.me are as declared"),
    (plan(guards=(verdict("incomplete-listing", 1, 0),)), "Nothing can be planned. 4 contacts at"),
    (plan(guards=(verdict("granting", 1, 0),), scheduled=(scheduled(),)), "No changes now. 4 contacts at"),
]


@pytest.mark.parametrize(("made", "said"), HEADLINES, ids=[said for _, said in HEADLINES])
def test_the_headline_says_how_much_would_be_done(made: Plan, said: str) -> None:
    """Creations and updates are told apart; an empty plan says so, unless not all could be seen."""
    assert plan_text(made).startswith(said)


def test_what_hurts_is_said_first() -> None:
    """Lost access, bypassed approvals and tripped guards stand above every contact; passed guards do not."""
    steps = [revoked(grant("a")), revoked(grant("b")), changed(grant("c", "pending"), grant("c"))]
    guards = (verdict("creating", 1, 5), verdict("losing-access", 11, 10, "bob@email.com"))
    message = "11 of 50 contacts would lose a role; the limit is 10 (bob@email.com)"
    head, _ = plan_text(plan(change(*steps), guards=guards)).split("\n\n  ~ bob@email.com")
    assert head.splitlines()[2:] == [
        "  ! 1 contact loses access: bob@email.com: a, b",
        "  ! 1 role is activated past approval: c of bob@email.com",
        f"  ! guard losing-access refuses: {message}. To accept just this: --allow losing-access=11",
    ]


def test_a_guard_that_no_override_lifts_gets_no_such_hint() -> None:
    """What the guard stops is a fault or a promise; to offer a way round would mislead."""
    said = plan_text(plan(guards=(verdict("protected", 1, 0, "owner@email.com"),)))
    assert "! guard protected refuses: " in said
    assert "--allow" not in said


def test_a_plan_that_undoes_a_run_says_so() -> None:
    """Its reader must not take it for a plan of the declarations."""
    made = replace(plan(change(tag_added("x"))), revert="20261123T090000Z-1a2b")
    assert "update 1 contact at example.evance.me to undo run 20261123T090000Z-1a2b, as of" in plan_text(made)


def test_a_long_list_of_losers_says_how_many_more() -> None:
    """Ten are named; the number is always that of all."""
    losing = [change(revoked(grant("r")), email=f"c{n:02}@email.com", id=str(n)) for n in range(13)]
    said = next(line for line in plan_text(plan(*losing)).splitlines() if "!" in line)
    assert said.startswith("  ! 13 contacts lose access: c00@email.com: r; c01@email.com: r; ")
    assert said.endswith("c09@email.com: r and 3 more below")


WHOSE = [
    ("BOB@email.com", "trade-account of bob@email.com starts."),
    ("B-77", "trade-account of bob@email.com starts."),
    ("id 13", "trade-account of bob@email.com starts."),
    ("ann@email.com", "trade-account of ann@email.com starts."),
    ("two words", 'trade-account of "two words" starts.'),
]


@pytest.mark.parametrize(("of", "said"), WHOSE)
def test_validity_names_whose_window_it_is(of: str, said: str) -> None:
    """A contact of the plan as the plan calls it, however it is declared; any other as it is declared."""
    made = plan(change(tag_added("x"), reference="B-77"), valid_until=boundary(of=of))
    assert f"Valid until 2026-12-01 00:00 (Europe/London), when {said}" in plan_text(made)


def test_a_plan_without_windows_says_so() -> None:
    """No boundary ahead: nothing but changes of the declarations or the account ends the plan."""
    assert "no window starts or lapses." in plan_text(plan())


SOURCES = [(80, 80), (40, len("  ~ bob@email.com (contact 13)  contacts/trade/ipswich.yaml:7")), (None, 61)]


@pytest.mark.parametrize(("width", "length"), SOURCES)
def test_the_source_stands_at_the_right_edge_or_after_two_blanks(width: int | None, length: int) -> None:
    """It is aligned where there is room, and never runs into the name."""
    line = next(
        line for line in plan_text(plan(change()), TextLayout(width=width)).splitlines() if "  ~" in line
    )
    assert len(line) == length
    assert re.fullmatch(r"  ~ bob@email\.com \(contact 13\) {2,}contacts/trade/ipswich\.yaml:7", line)


def test_concise_leaves_out_what_is_kept() -> None:
    """Everything else is said as in the whole text."""
    whole, concise = (
        [re.sub(" +", " ", line) for line in plan_text(full_plan(), TextLayout(concise=short)).splitlines()]
        for short in (False, True)
    )
    kept = [line.replace("; --no-concise lists them.", ":") for line in concise]
    assert kept == [line for line in whole if not line.startswith(" =")]
    assert len(concise) < len(whole)


def audit(number: int, *others: Operation) -> Change:
    return change(tag_added("audit-2027"), *others, email=f"c{number:02}@email.com", id=str(number))


LARGE = plan(
    *map(audit, range(21)),
    audit(21, granted(grant("press"))),
    scheduled=(scheduled("press", of=Identity("21", "user", "c21@email.com"), line=7),),
)

UNASKED = TextLayout(concise=None)


def test_equal_changes_of_many_contacts_stand_together() -> None:
    """Above 20 contacts unasked: what happens once, a few names, and how to see the others."""
    first = "c00@email.com (contact 0), c01@email.com (contact 1), c02@email.com (contact 2)"
    assert plan_text(LARGE, UNASKED).split("\n\n")[3].splitlines() == [
        "  ~ adds tag audit-2027 · 21 contacts",
        "      + tag   audit-2027",
        f"      {first} and 18 more; --no-concise shows them all",
        "  ~ c21@email.com (contact 21)  contacts/trade/ipswich.yaml:7",
        "      + role  press       active, perpetual",
        "      > role  press       starts 2026-12-01, perpetual (scheduled)",
        "      + tag   audit-2027",
    ]


def test_a_long_plan_is_shown_whole_where_asked_for() -> None:
    """Each contact has its own lines then; a plan of 20 contacts is so without being asked."""
    whole = plan_text(LARGE, TextLayout(concise=False))
    assert all(f"  ~ {change.label} (" in whole for change in LARGE.changes)
    small = replace(LARGE, changes=LARGE.changes[:20], scheduled=())
    assert plan_text(small, UNASKED) == plan_text(small)
    assert "· 20 contacts" in plan_text(small, TextLayout(concise=True))


DIFFERENT = [
    audit(1, granted(grant("press"))),
    audit(1, granted(grant("press", expires=JAN_END))),
    audit(1, granted(grant("press"), origin(reason="Spring"))),
    audit(1, revoked(grant("press"))),
    audit(1, revoked(grant("press", "pending"))),
    replace(audit(1), lapsed=(grant("press", expires=JAN_END),)),
    replace(audit(1), action=ChangeAction.CREATE),
]


@pytest.mark.parametrize("odd", DIFFERENT)
def test_only_what_is_told_alike_stands_together(odd: Change) -> None:
    """Another end, another reason, another grant before it: that contact has lines of its own."""
    alike = [audit(number) for number in range(2, 5)]
    shown = plan_text(plan(*alike, odd), TextLayout(concise=True))
    assert "adds tag audit-2027 · 3 contacts" in shown
    assert "c01@email.com (contact 1)  contacts" in shown


def test_many_contacts_are_counted_by_role_and_by_tag() -> None:
    """Before all contacts; most taken first; a word that no row needs has no column."""
    losing = change(revoked(grant("trade-account")), tag_removed("old"), email="z@email.com", id="99")
    blocks = plan_text(replace(LARGE, changes=(*LARGE.changes, losing)), UNASKED).split("\n\n")
    assert blocks[2].splitlines() == [
        "  role           granted  revoked  scheduled",
        "  trade-account        0        1          0",
        "  press                1        0          1",
    ]
    assert blocks[3].splitlines() == [
        "  tag         added  removed",
        "  old             0        1",
        "  audit-2027     22        0",
    ]


def test_a_table_that_is_cut_says_where_the_rest_is() -> None:
    """Twenty rows, then their number; asked for, all."""
    many = plan(*(change(tag_added(f"t{number:02}"), id=str(number)) for number in range(23)))
    assert "  and 3 more tags; --no-concise shows them all\n" in plan_text(many, UNASKED)
    whole = plan_text(many, TextLayout(concise=False))
    assert "more tags" not in whole
    assert "  t22      1\n" in whole


def test_contacts_set_aside_are_cut_with_open_revocations_first() -> None:
    """Whoever still holds what is to be taken is shown; who has long been known comes last."""
    known = [set_aside("gone", email=f"k{n:02}@email.com", since="2026-11-02T08:00:00Z") for n in range(21)]
    made = plan(set_aside=(*known, set_aside("odd"), set_aside("doubled", "press", email="p@email.com")))
    shown = [line for line in plan_text(made, UNASKED).splitlines() if line.startswith("  ? ")]
    names = [line.split()[1] for line in shown]
    assert names[:3] == ["p@email.com", "erin@email.com", "k00@email.com"]
    assert shown[20:] == ["  ? and 3 more contacts set aside; --no-concise shows them all"]
    assert len([line for line in plan_text(made).splitlines() if line.startswith("  ? ")]) == 23


def test_a_plan_of_nothing_but_schedules_says_what_will_happen() -> None:
    """It is no plan without changes; who is meant and when stands below."""
    said = plan_text(plan(scheduled=(scheduled("administrator", privileged=True),)))
    headline = "No changes now. 4 contacts at example.evance.me are as declared; 1 item is scheduled, for 20"
    assert said.startswith(headline)
    assert said.splitlines()[1:6] == [
        "",
        "  ! 1 privileged role is scheduled: administrator for ann@email.com from 2026-12-01",
        "",
        "  > ann@email.com (contact 12)  contacts/trade/ipswich.yaml:3",
        "      > role  administrator  starts 2026-12-01, perpetual (scheduled)",
    ]
    assert "unchanged · later: 1 scheduled\n" in said


_REST = re.compile(
    r" (?:below|in the table)|; (?:--no-concise|the plan as JSON|'reconcile show')|: 'reconcile show'"
    r"|, among the contacts below"
)


@pytest.mark.parametrize("shown", [plan_text, partial(plan_markdown, limit=9_000), plan_page])
def test_every_cut_says_where_the_rest_is(shown: Callable[[Plan], str]) -> None:
    """But for the title of a contact that unfolds, since all of it stands right below."""
    crowd = crowded_plan()
    subjects = tuple(f"role-{number}" for number in range(12))
    text = shown(replace(crowd, guards=(*crowd.guards, verdict("last-holder", 12, 0, *subjects))))
    bare = re.sub(r"<summary>.*?</summary>", "", text)
    cuts = re.findall(r"and [\d,]+ more(?: contacts?| roles?| tags?| warnings?)?(.{0,40})", bare)
    assert cuts
    assert [cut for cut in cuts if not _REST.match(cut)] == []


def test_an_approval_that_is_skipped_later_is_a_risk_now() -> None:
    """It is told first, and its contact is not among those to whom nothing happens now."""
    later = replace(scheduled("trade-account", status="active"), skips_approval=True)
    made = plan(scheduled=(later,))
    told = "1 role will be activated past approval: trade-account for ann@email.com from 2026-12-01"
    assert f"  ! {told}\n" in plan_text(made)
    assert [*risk_groups(made)] == [Risk.BYPASSING]
    known = plan(scheduled=(replace(later, comparison=Comparison.KNOWN),))
    assert "past approval" not in plan_text(known)


def test_known_schedules_stand_apart_and_are_cut() -> None:
    """Nobody has to look at them again: no headline counts them, and no contact is listed for them."""
    known = [scheduled(f"r{n:02}", of=ANN, comparison=Comparison.KNOWN) for n in range(23)]
    said = plan_text(plan(scheduled=tuple(known)))
    assert said.startswith("No changes. 4 contacts at example.evance.me are as declared, as of")
    section = said.split("\n\n")[1].splitlines()
    assert section[:2] == [
        "Scheduled already, soonest first:",
        "      > role  r00  ann@email.com (contact 12)  starts 2026-12-01, perpetual",
    ]
    assert section[21:] == ["      and 3 more; the plan as JSON has them all"]


def test_what_lapses_soon_is_told_once() -> None:
    """Soonest first, with where that is declared; a tag's end that is known stands there alone."""
    soon = "2026-12-01T00:00:00Z"
    ends = [lapsing(f"r{n:02}", soon) for n in range(20)]
    tag = lapsing("vip", soon, facet=Facet.TAGS)
    known = [scheduled(name, "", soon, Comparison.KNOWN, facet=Facet.TAGS) for name in ("vip", "other")]
    made = plan(scheduled=tuple(known), lapsing=(tag, *ends))
    title, first, *others = plan_text(made).split("\n\n")[1].splitlines()
    assert title == "Lapses within 14 days, soonest first:"
    assert first.startswith("      > tag   vip  ann@email.com (contact 12): lapses 2026-11-30 (end of day")
    assert first.endswith(", Europe/London), declared at contacts/trade/ipswich.yaml:9")
    assert others[19] == "      and 1 more; the plan as JSON has them all"
    assert others[20:] == [
        "Scheduled already, soonest first:",
        "      > tag   other  ann@email.com (contact 12)  ends 2026-11-30 (end of day, Europe/London)",
    ]


def test_an_end_that_is_scheduled_anew_stands_with_its_contact_alone() -> None:
    """In every form that shows what is scheduled; the list of what lapses is for what stands nowhere else."""
    soon = "2026-12-01T00:00:00Z"
    anew = scheduled("vip", "", soon, of=ANN, facet=Facet.TAGS)
    made = plan(scheduled=(anew,), lapsing=(lapsing("vip", soon, facet=Facet.TAGS),))
    for said in (plan_text(made), plan_markdown(made), plan_page(made)):
        assert "vip" in said
        assert "Lapses within" not in said
    both = replace(made, lapsing=(*made.lapsing, lapsing("press", soon)))
    for said in (plan_text(both), plan_markdown(both), plan_page(both)):
        assert "Lapses within" in said
    assert plan_text(both).count("vip") == plan_text(made).count("vip")


def test_what_a_warning_has_no_room_for_stands_below_it() -> None:
    """Whoever is declared no longer and keeps something is named, with all of it."""
    gone = [undeclared("customer", of=f"p{n}@email.com", id=f"5{n:02}") for n in range(22)]
    held = [undeclared(f"role-{n:02}", of="quinn@email.com", id="41") for n in range(12)]
    made = plan(undeclared=(*held, *gone))
    said = plan_text(made)
    assert "and 2 more below; p0@email.com (contact 500): customer" in said
    assert "and 13 more below\n" in said
    section = said.split("No longer declared, and stays:\n")[1].split("\n\n")[0].splitlines()
    assert section[0].endswith("role-09, role-10, role-11")
    assert section[22] == "  ! p21@email.com (contact 521): customer"
    shown = plan_text(made, TextLayout(concise=None))
    assert "  ! and 3 more contacts; --no-concise shows them all\n" in shown
    assert "No longer declared, and stays:" not in plan_text(plan(undeclared=tuple(held[:8])))


def test_what_is_withheld_from_others_has_a_section() -> None:
    """In a plan of everything; within a scope each contact differs and is listed."""
    made = plan(change(tag_added("x")), withheld=(withheld(), withheld("sampler", of=ANN)))
    whole, scoped = plan_text(made), plan_text(replace(made, scope=scope()))
    assert "      . role  press  withheld: its window closed on 2026-10-31\n" in whole
    assert "Withheld from contacts that stay as they are:\n      . role  sampler  ann@email.com" in whole
    assert "  . ann@email.com (contact 12)  contacts/trade/ipswich.yaml:3\n      . role  sampler" in scoped


def test_the_end_of_a_new_tag_is_told_once() -> None:
    """The line that adds it says until when; of a tag that is there, its own line does."""
    ends = scheduled("vip", "", JAN_END, of=BOB, facet=Facet.TAGS, line=7)
    added = plan_text(plan(change(tag_added("vip", origin(at=JAN_END))), scheduled=(ends,)))
    assert ("+ tag   vip  until 2027-01-31" in added, "> tag" in added) == (True, False)
    there = plan_text(plan(change(tag_added("x")), scheduled=(ends,)))
    assert "> tag   vip  ends 2027-01-31 (end of day, Europe/London) (scheduled)" in there


SCOPES = [
    (scope(), "Against main at 4f2a9c1: 3 of 3,000 declarations differ; the others were not looked at."),
    (scope(1, 1), "Against main at 4f2a9c1: 1 of 1 declaration differs."),
    (scope(ref=BASE), "Against 4f2a9c1: 3 of 3,000 declarations differ; the others were not looked at."),
    (
        scope(1, 50, "contacts/a b.yaml", ref=None),
        'Only "contacts/a b.yaml": 1 of 50 declarations; the others were not looked at.',
    ),
    (
        scope(0, 50, "x.yaml"),
        "Against main at 4f2a9c1, only x.yaml: 0 of 50 declarations differ; the others were not looked at.",
    ),
]


@pytest.mark.parametrize(("of", "said"), SCOPES)
def test_a_scope_is_told_below_the_headline(of: Scope, said: str) -> None:
    """What the plan was cut down to, and that the rest was not looked at."""
    assert plan_text(plan(scope=of)).splitlines()[1] == said


@settings(deadline=None, max_examples=40)  # a busy machine is no fault
@given(PLANS, st.none() | st.booleans())
def test_a_concise_text_names_every_role_and_tag(made: Plan, concise: bool | None) -> None:  # noqa: FBT001
    """Groups and cuts leave out contacts, never what is done: each step has its line."""
    shown = plan_text(made, TextLayout(concise=concise))
    for entry in made.changes:
        for step in entry.operations:
            if step.facet is Facet.ROLES:
                assert item_text(step.facet, TERMINAL.name(step.item)) in shown


def typed_by_a_stranger(text: str) -> Plan:
    """Many contacts and all sections, each name with that text within."""
    who = Identity("12", "user", f"ann{text}@email.com")
    steps = tag_added(f"audit{text}", origin(reason=f"Why{text}")), granted(grant(f"press{text}"))
    return plan(
        *(change(*steps, email=f"c{n}{text}@email.com", id=str(n)) for n in range(21)),
        scheduled=(
            scheduled(f"r{text}", of=who, privileged=True),
            scheduled(f"t{text}", facet=Facet.TAGS, of=who, comparison=Comparison.KNOWN),
        ),
        withheld=(withheld(f"w{text}", of=Identity("15", "user", f"w{text}@email.com")),),
        undeclared=(undeclared(f"u{text}", of=f"u{text}@email.com"), undeclared("x", NoLonger.ITEM, of=text)),
        set_aside=(set_aside(f"gone{text}", f"r{text}", email=f"s{text}@email.com"),),
        scope=scope(3, 9, f"only{text}.yaml", ref=f"branch{text}"),
        valid_until=boundary(item=f"b{text}", of=f"b{text}@email.com"),
    )


@pytest.mark.parametrize("hostile", ["\n  ~ x", "\r\n", "\x1b[2K", "\u202e", "\u2028Plan: ", "\x07"])
def test_no_name_changes_the_lines_of_groups_tables_and_sections(hostile: str) -> None:
    """As many lines with the same beginnings as for harmless names, and nothing that a terminal acts on."""
    shown, tame = (plan_text(typed_by_a_stranger(text), UNASKED) for text in (hostile, "a b"))
    assert [line[:4] for line in shown.split("\n")] == [line[:4] for line in tame.split("\n")]
    assert all(char.isprintable() or char == "\n" for char in shown)


@settings(deadline=None, max_examples=40)  # a busy machine is no fault
@given(PLANS, st.none() | st.integers(20, 200))
def test_colour_adds_nothing_but_colour(made: Plan, width: int | None) -> None:
    """Without its codes the coloured text is the plain one, and plain text has none."""
    plain, colour = (
        plan_text(made, TextLayout(width=width)),
        plan_text(made, TextLayout(colour=True, width=width)),
    )
    assert re.sub(r"\x1b\[[\d;]*m", "", colour) == plain
    assert "\x1b" not in plain


@settings(deadline=None, max_examples=40)  # a busy machine is no fault
@given(PLANS, st.none() | st.integers(20, 200))
def test_no_line_ends_in_a_blank(made: Plan, width: int | None) -> None:
    """Trailing blanks are noise in a review; the text ends with one newline."""
    shown = plan_text(made, TextLayout(width=width))
    assert [line for line in shown.splitlines() if line != line.rstrip()] == []
    assert shown.endswith("\n")
    assert not shown.endswith("\n\n")


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(80, 200))
def test_a_line_is_never_wider_than_asked(width: int) -> None:
    """At a usual width every line of an ordinary plan fits."""
    assert max(map(cells, plan_text(full_plan(), TextLayout(width=width)).splitlines())) <= width


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([Undeclared(PIPPA, NoLonger.CONTACT)], ": nothing"),
        ([Undeclared(PIPPA, NoLonger.CONTACT, looked_at=False)], ": what that is was not looked at"),
        (
            [
                Undeclared(PIPPA, NoLonger.CONTACT, Facet.ROLES, "customer"),
                Undeclared(PIPPA, NoLonger.CONTACT, looked_at=False),
            ],
            ": customer, and not all was looked at",
        ),
    ],
)
def test_what_was_not_looked_at_is_not_nothing(rows: list[Undeclared], said: str) -> None:
    """Whoever is declared no longer may hold anything then."""
    made = replace(plan(), undeclared=tuple(rows))
    assert f"keeps what it has: pippa@example.com (contact 40){said}\n" in plan_text(made)
