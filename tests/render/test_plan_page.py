"""The HTML page as a file: what it may load, what its pictures show, what its data holds."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from reconcile.clock import parse_utc_text, start_of, utc_text, zone
from reconcile.model.baseline import Comparison
from reconcile.model.contact import Identity
from reconcile.model.facets import Facet
from reconcile.model.plans.change import Change
from reconcile.model.plans.entries import contact_entries
from reconcile.model.plans.operation import Kept, OriginKind
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place
from reconcile.render.plan_page.page import plan_page
from reconcile.render.plan_page.tables import NO_ROLES
from reconcile.render.plan_page.windows import NO_WINDOWS, WindowEvent, window_events
from reconcile.render.wording.risk import Risk, RoleImpact, risk_groups, risk_of, role_impacts
from tests.support.pages.page_structure import page_structure
from tests.support.plans.large_plan import crowded_plan, large_plan, member
from tests.support.plans.plan_samples import (
    ANN,
    BOB,
    JAN_END,
    allowance,
    boundary,
    change,
    changed,
    full_plan,
    grant,
    granted,
    kept_role,
    kept_tag,
    origin,
    plan,
    revoked,
    scheduled,
    set_aside,
    tag_added,
    tag_removed,
    undeclared,
    withheld,
)

BLOB = "https://git.example/shop/access/-/blob/abc"


def data_of(page: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = json.loads(page.split("id=data>")[1].split("</script>", maxsplit=1)[0])
    return found


def test_the_policy_allows_only_its_own_style_and_script() -> None:
    """Both are named by the digests of what stands in the page; everything else is forbidden."""
    page = plan_page(full_plan())
    policy = re.search(r'Content-Security-Policy content="([^"]*)"', page)
    style, script = (
        page.split("<style>")[1].split("</style>")[0],
        page.split("<script>")[1].split("</script>")[0],
    )
    digests = [b64encode(sha256(text.encode()).digest()).decode() for text in (style, script)]
    assert policy is not None
    assert policy[1] == (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}';"
        " base-uri 'none'; form-action 'none'"
    )


LINKS = [
    (BLOB, Place("contacts/a.yaml", 7), f"{BLOB}/contacts/a.yaml#L7"),
    (f"{BLOB}/", Place("a.yaml"), f"{BLOB}/a.yaml"),
    (BLOB, Place("a&b'.yaml", 7), f"{BLOB}/a%26b%27.yaml#L7"),
    ('https://git.example/"onclick=x', Place("a.yaml", 7), "https://git.example/%22onclick=x/a.yaml#L7"),
    ("https://git.example/?a=1&b=2", Place("a.yaml", 7), "https://git.example/?a=1&b=2/a.yaml#L7"),
    (BLOB, Place("../../evil/a.yaml", 7), None),
    (BLOB, Place("contacts/•••.yaml", 7), None),
    ("javascript:alert(1)", Place("a.yaml", 7), None),
    (" https://git.example", Place("a.yaml", 7), None),
    ("", Place("a.yaml", 7), None),
    (None, Place("a.yaml", 7), None),
]


@pytest.mark.parametrize(("source_url", "place", "address"), LINKS)
def test_places_link_to_their_line(source_url: str | None, place: Place, address: str | None) -> None:
    """Of who changes, who is set aside and what lifts a guard: there, nowhere else, and not if masked."""
    made = plan(
        change(tag_added("x"), file=place.file, line=place.line),
        set_aside=(replace(set_aside("unread"), source=place),),
        allow=(replace(allowance(), place=place),),
    )
    tags = page_structure(plan_page(made, source_url=source_url))
    found = re.findall(r"<a \[\('href', (?:'|\")(.*?)(?:'|\")\)\]>", "\n".join(tags))
    assert found == [address] * 3 * (address is not None)


def test_a_place_that_is_gone_is_not_linked() -> None:
    """What is declared no longer stood in a file of an earlier commit."""
    page = plan_page(plan(undeclared=(replace(undeclared(), source=Place("a.yaml", 7)),)), source_url=BLOB)
    assert "was declared in <bdi>" in page
    assert BLOB not in page


def test_the_page_names_no_other_address() -> None:
    """Nothing is loaded, linked or sent: the page works from a file, and years later."""
    tags = [
        part
        for part in page_structure(plan_page(full_plan()))
        if part.startswith("<") and "'content'" not in part
    ]
    assert [tag for tag in tags if re.search(r"'(src|srcset|action|style|on\w+)'", tag)] == []
    assert {match for tag in tags for match in re.findall(r"\('href', '([^']*)'\)", tag)} == {"#contacts"}
    assert not re.search(r"@import|url\(|https?:", plan_page(full_plan()))


def test_payloads_stand_in_the_page_as_they_are_sent() -> None:
    """One for each contact in the page's order; numbers and escapes are not read and written again."""
    made = plan(replace(change(tag_added("x")), payload={"contact": {"n": 10**30, "s": "Ü</script>"}}))
    sent = '{"contact":{"n":1' + "0" * 30 + ',"s":"\\u00dc</script>"}}'
    assert data_of(plan_page(made))["payloads"] == [sent]


def test_payloads_can_be_left_out() -> None:
    """Then neither the bodies nor the buttons for them are there."""
    page = plan_page(full_plan(), payloads=False)
    assert data_of(page)["payloads"] == []
    assert "class=payload" not in page


def test_later_contacts_stand_in_the_data() -> None:
    """The first 300 stand in the page, so that it reads without its script; together they are all."""
    page = plan_page(large_plan(1_000))
    assert page.split("id=data>")[0].count("<details class='contact") == 300
    assert len(data_of(page)["later"]) == 700
    assert len(data_of(page)["payloads"]) == 1_000


NOW = [risk for risk in Risk if risk not in {Risk.PRIVILEGED, Risk.LATER}]

RISKS = [(number, risk) for number, risk in enumerate(NOW)]


@pytest.mark.parametrize(("number", "risk"), RISKS)
def test_a_contact_belongs_to_its_riskiest_group(number: int, risk: Risk) -> None:
    """Who gets another mailbox also loses a role, who loses one also gains one: the riskier counts."""
    (entry,) = contact_entries(plan(member(number)))
    assert risk_of(entry) is risk


def test_a_privileged_role_that_is_scheduled_is_a_risk_of_its_own() -> None:
    """It is granted as any other, only later; what is known or not privileged is no such risk."""
    later, other = scheduled("administrator", privileged=True, of=BOB, line=7), scheduled("press")
    made = plan(change(tag_added("x")), scheduled=(later, other))
    assert {risk: [entry.contact for entry in entries] for risk, entries in risk_groups(made).items()} == {
        Risk.PRIVILEGED: [BOB],
        Risk.LATER: [ANN],
    }
    known = plan(scheduled=(replace(later, comparison=Comparison.KNOWN),))
    assert risk_groups(known) == {}


def test_reach_counts_the_plans_contacts_before_and_after() -> None:
    """Kept and changed holders count on both sides; roles that nobody gains or loses are left out."""
    made = plan(
        change(revoked(grant("a")), granted(grant("b")), kept=(kept_role(grant("c")),)),
        change(changed(grant("a"), grant("a", expires=JAN_END)), kept=(kept_role(grant("b")),)),
        change(revoked(grant("a")), tag_removed("a"), kept=(kept_tag("b"),)),
    )
    found = role_impacts(made)
    assert found == [RoleImpact("a", kept=1, gained=0, lost=2), RoleImpact("b", kept=1, gained=1, lost=0)]
    assert [(one.before, one.after) for one in found] == [(3, 1), (1, 2)]


def test_reach_counts_only_roles_that_open_something() -> None:
    """Who waits holds nothing: it is neither lost nor kept, and made active it is gained."""
    waits, active = grant("a", "pending"), grant("a")
    made = plan(
        change(revoked(waits)),
        change(changed(waits, active)),
        change(tag_removed("x"), kept=(kept_role(waits),)),
    )
    assert role_impacts(made) == [RoleImpact("a", kept=0, gained=1, lost=0)]


def days(made: Plan) -> list[tuple[int, bool, str]]:
    """The events as days from the plan's clock, whether they start, and of what."""
    return [((event.at - made.as_of).days, event.starts, event.item) for event in window_events(made)]


def test_coming_windows_are_those_of_the_contacts_as_they_will_be() -> None:
    """What is granted, changed to and kept lapses; what is taken away until its start starts."""
    made = plan(
        change(
            granted(grant("granted", expires="2026-12-03T09:00:00Z")),
            changed(
                grant("changed", expires="2026-11-24T09:00:00Z"),
                grant("changed", expires="2026-12-13T09:00:00Z"),
            ),
            revoked(grant("gone", expires="2026-12-23T09:00:00Z")),
            revoked(grant("later"), OriginKind.NOT_STARTED, "2026-12-05T09:00:00Z"),
            tag_added("tagged", origin(at="2026-12-04T09:00:00Z")),
            tag_removed("lapsed", OriginKind.LAPSED, "2026-11-01T00:00:00Z"),
            kept=(
                kept_role(grant("kept", expires="2026-11-30T09:00:00Z")),
                kept_tag("kept-tag", at="2026-12-01T09:00:00Z"),
                kept_role(grant("perpetual")),
            ),
        )
    )
    assert days(made) == [
        (7, False, "kept"),
        (8, False, "kept-tag"),
        (10, False, "granted"),
        (11, False, "tagged"),
        (12, True, "later"),
        (20, False, "changed"),
    ]


LAPSES = [
    ("2026-11-23T09:00:00Z", 0),
    ("2026-11-23T09:00:01Z", 1),
    ("2027-02-21T09:00:00Z", 1),
    ("2027-02-21T09:00:01Z", 0),
]


@pytest.mark.parametrize(("expires", "found"), LAPSES)
def test_the_picture_covers_ninety_days(expires: str, found: int) -> None:
    """From right after the plan's clock up to and with its last second."""
    assert len(window_events(plan(change(granted(grant("r", expires=expires)))))) == found


def test_the_boundary_of_another_contact_is_told_with_its_name() -> None:
    """It is in no change, so it has a place of its own; one of the plan's own contacts is not told twice."""
    kept: tuple[Kept, ...] = (kept_role(grant("trade-account", expires="2026-12-01T00:00:00Z")),)
    other = plan(change(tag_added("x")), valid_until=boundary())
    lapses = replace(boundary(of="bob@email.com"), starts=False)
    own = plan(change(tag_added("x"), kept=kept), valid_until=lapses)
    at = parse_utc_text("2026-12-01T00:00:00Z")
    assert window_events(other) == [
        WindowEvent(at, starts=True, facet=None, item="trade-account", contact=Identity("", "", ANN.email))
    ]
    assert len(window_events(own)) == 1
    assert "of <bdi>ann@email.com</bdi> starts" in plan_page(other)


def test_a_plan_without_windows_or_roles_says_so() -> None:
    """In a sentence: an empty picture would look like a broken one, an empty card like something missed."""
    page = plan_page(plan(change(tag_added("x"))))
    assert f"<p class=nothing>{NO_ROLES} {NO_WINDOWS}</p>" in page
    assert not re.search("<h2 id=(windows|reach)>", page)


def test_long_pictures_are_cut_and_say_so() -> None:
    """Twelve lanes and fifteen roles are drawn; how many more there are is told."""
    steps = [granted(grant(f"role-{n:02}", expires=JAN_END)) for n in range(40)]
    page = plan_page(plan(change(*steps)))
    assert page.count("<div class=lane>") == 13
    assert "and 28 more in the table" in page
    assert "and 25 more roles" in page


def test_an_empty_plan_makes_a_page() -> None:
    """It says that nothing changes; where there are no contacts there is nothing to search or to skip to."""
    page = plan_page(plan())
    assert "<h1>No changes. 4&nbsp;contacts at " in page
    assert not re.search("Look at these first|<form|href=#contacts", page)


def test_a_headline_keeps_numbers_with_what_they_count() -> None:
    """Not within names, which are shown as they are."""
    page = plan_page(replace(plan(change(tag_added("x"))), account="shop 3 roles"))
    assert "<h1>reconcile will update 1&nbsp;contact at <bdi>shop 3 roles</bdi></h1>" in page


ZONES = [("Pacific/Auckland", "24 Nov", "42.22%"), ("America/Los_Angeles", "23 Nov", "43.33%")]


@pytest.mark.parametrize(("timezone", "today", "new_year"), ZONES)
def test_gridlines_have_dates_of_the_shop(timezone: str, today: str, new_year: str) -> None:
    """Each gridline is labelled, and a window that starts at midnight stands on that of its day."""
    starts = start_of(date(2027, 1, 1), zone(timezone))
    made = replace(
        plan(scheduled=(scheduled("press", utc_text(starts)),)),
        as_of=parse_utc_text("2026-11-23T20:00:00Z"),
        timezone=timezone,
    )
    axis, lane = plan_page(made).split("<div class=lane>")[1:]
    assert f"<text x=0.00% y=13 dx=0>{today}</text>" in axis
    labels = re.findall(r"<text x=(\S+) y=13[^>]*>([^<]*)<", axis)[1:]
    lines = re.findall(r"<line class='grid[^']*' x1=(\S+)", lane)
    assert [x for x, _ in labels] == lines
    assert (new_year, "1 Jan 2027") in labels
    assert f"<svg class=at x={new_year}" in lane


def test_a_long_list_of_contacts_set_aside_is_cut_and_says_so() -> None:
    """An account whose every contact can't be read makes no page that nobody can open."""
    page = plan_page(plan(set_aside=tuple(set_aside("unread", id=str(number)) for number in range(20_000))))
    assert page.count("unread") == 300
    assert "and 19,700 more contacts" in page
    assert "20,000 contacts are set aside" in page


def crowd(size: int, *others: Change) -> Plan:
    """So many contacts that get the very same tag, and others."""
    alike = (change(tag_added("audit-2027"), email=f"a{n}@email.com", id=f"1{n:02}") for n in range(size))
    return plan(*alike, *others)


def test_equal_changes_stand_together_and_behind_the_odd_ones() -> None:
    """Thousands of equal contacts hide no other of the same risk; they unfold without a script, too."""
    page = plan_page(crowd(30, change(tag_added("vip"), email="odd@email.com", id="99")))
    group = page.split("<details class=alike data-of=1>")[1].split("</section>")[0]
    assert group.startswith("<summary>adds tag <bdi>audit-2027</bdi> · 30 contacts <small>")
    assert group.count("<details class='contact") == 30
    assert data_of(page)["alike"] == [[1, 31, ""]]
    assert page.index("<span><bdi>odd@email.com") < page.index("<span><bdi>a0@email.com")
    assert "class=alike" not in plan_page(crowd(20)).split("</style>")[1].split("id=data")[0]


def test_a_group_beyond_the_contacts_in_the_page_is_in_its_data() -> None:
    """The script puts it in with its first contact."""
    others = [change(tag_added(f"t{n}"), email=f"b{n}@email.com", id=f"2{n:03}") for n in range(300)]
    page = plan_page(crowd(30, *others))
    assert "<details class=alike" not in page.split("id=data>")[0]
    ((start, end, head),) = data_of(page)["alike"]
    assert (start, end) == (300, 330)
    assert "30 contacts" in head


def test_no_column_is_empty() -> None:
    """Where nobody loses a role, none is counted; the holders always are."""
    page = plan_page(plan(change(granted(grant("press")))))
    table = page.split("<h2 id=reach>")[1].split("</table>")[0]
    assert re.findall(r"<th scope=col>(\w+)", table) == ["role", "holders", "gained"]
    assert re.findall(r"<td[^>]*>([^<]+)", table) == ["0 → 1", "1"]


def test_tags_have_a_table_as_roles_have() -> None:
    """By what is added and removed; without tags there is no empty one."""
    page = plan_page(
        plan(change(tag_added("x"), tag_removed("y")), scheduled=(scheduled("z", facet=Facet.TAGS),))
    )
    table = page.split("<h2 id=tags>")[1].split("</table>")[0]
    assert re.findall(r"<th scope=col>(\w+)", table) == ["tag", "added", "removed", "scheduled"]
    assert re.findall(r"<th scope=row><bdi>(\w)</bdi>", table) == ["y", "x", "z"]
    assert "<h2 id=tags>" not in plan_page(plan(change(granted(grant("r")))))


SECTIONS = ("gone", "aside", "windows", "reach", "tags", "scheduled", "withheld", "notes")


def test_what_a_plan_does_not_have_leaves_no_section() -> None:
    """No empty card, and no title without a list."""
    assert [name for name in SECTIONS if f"<h2 id={name}>" in plan_page(plan())] == []
    page = plan_page(crowded_plan())
    assert [name for name in SECTIONS if f"<h2 id={name}>" in page] == [
        name for name in SECTIONS if name != "withheld"
    ]
    assert "<h2 id=withheld>" in plan_page(plan(withheld=(withheld(),)))


def test_the_scope_and_the_base_stand_in_the_head() -> None:
    """A reader must know that the others were not looked at."""
    page = plan_page(full_plan())
    assert (
        "Against <bdi>main</bdi> at <bdi>4f2a9c1</bdi>: 9 of 3,000 declarations differ"
        in page.split("</header>")[0]
    )


def test_only_a_contact_that_is_written_has_a_payload() -> None:
    """One that is only scheduled for shows no button and no body."""
    page = plan_page(plan(change(tag_added("x")), scheduled=(scheduled(),)))
    assert page.count("class=payload>") == 1
    assert data_of(page)["payloads"][1] is None


def test_the_picture_shows_what_is_scheduled() -> None:
    """Its start and its end; not what is taken back, and what a change tells already only once."""
    made = plan(
        change(tag_added("t", origin(at="2026-12-04T09:00:00Z"))),
        scheduled=(
            scheduled("role", "2026-12-03T09:00:00Z", "2026-12-10T09:00:00Z"),
            scheduled("back", "2026-12-05T09:00:00Z", comparison=Comparison.TAKEN_BACK),
            scheduled("known", "2026-12-06T09:00:00Z", comparison=Comparison.KNOWN),
            scheduled("t", "", "2026-12-04T09:00:00Z", facet=Facet.TAGS, of=BOB, line=7),
        ),
    )
    assert days(made) == [(10, True, "role"), (11, False, "t"), (13, True, "known"), (17, False, "role")]
