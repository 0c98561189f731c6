"""The plan for a terminal."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model.plans.operation import Kept, Operation, OriginKind
from reconcile.model.plans.plan import Plan
from reconcile.render.layout import TextLayout, cells
from reconcile.render.plan_text import plan_text
from tests.support.plans.plan_samples import (
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
    origin,
    plan,
    revoked,
    tag_added,
    tag_removed,
    verdict,
)
from tests.support.plans.plan_strategies import PLANS


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
    (plan(guards=(verdict(found=11),)), "Nothing can be planned. 4 contacts at"),
]


@pytest.mark.parametrize(("made", "said"), HEADLINES, ids=[said for _, said in HEADLINES])
def test_the_headline_says_how_much_would_be_done(made: Plan, said: str) -> None:
    """Creations and updates are told apart; an empty plan says so, unless a guard is why it is empty."""
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
    assert said.endswith("c09@email.com: r and 3 more")


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
    assert concise == [line for line in whole if not line.startswith(" =")]
    assert len(concise) < len(whole)


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
