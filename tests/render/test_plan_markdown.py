"""The plan for a pull request."""

import re
from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model.baseline import Comparison
from reconcile.model.contact import Identity
from reconcile.model.plans.change import Change, SetAside
from reconcile.model.plans.entries import ContactEntry
from reconcile.model.plans.plan import Plan
from reconcile.model.problem import Place
from reconcile.render.plan_markdown.document import plan_markdown
from reconcile.render.wording.risk import Risk, risk_groups
from tests.support.plans.large_plan import large_plan
from tests.support.plans.plan_samples import (
    change,
    changed,
    field_set,
    full_plan,
    grant,
    granted,
    kept_tag,
    plan,
    revoked,
    scheduled,
    scope,
    tag_added,
    undeclared,
    withheld,
)
from tests.support.plans.plan_strategies import PLANS

COMMENT = 65_536

BLOB = "https://git.example/shop/access/blob/0123456789abcdef"


def length(page: str) -> int:
    """In bytes: never fewer than characters."""
    return len(page.encode("utf-8"))


@pytest.mark.parametrize("size", [1, 20, 100, 1_000, 10_000])
def test_a_plan_of_any_size_fits_a_comment(size: int) -> None:
    """No plan breaks the pull request's comment, in characters or in bytes."""
    assert length(plan_markdown(large_plan(size))) <= COMMENT


@pytest.mark.parametrize("limit", [8_000, 20_000, 1_048_576])
def test_other_limits_are_kept_and_used(limit: int) -> None:
    """A step summary takes 1 MiB: most of what fits is shown."""
    page = plan_markdown(large_plan(10_000), limit=limit)
    assert limit * 0.8 < length(page) <= limit


@settings(deadline=None, max_examples=60)
@given(PLANS, st.integers(8_000, COMMENT))
def test_whatever_a_plan_holds_it_fits(made: Plan, limit: int) -> None:
    """Strings that grow when they are escaped are counted as they are written."""
    assert length(plan_markdown(made, limit=limit)) <= limit


def test_long_strings_fit_too() -> None:
    """Names of 64 kB in every place leave room for what matters."""
    long = "\u202e" * 65_536
    made = plan(*(change(revoked(grant(long + str(n))), email=long + str(n), id=str(n)) for n in range(500)))
    page = plan_markdown(made)
    assert length(page) <= COMMENT
    assert "500 contacts lose access: " in page


def test_a_limit_too_small_for_the_head_is_refused() -> None:
    """Rather than cutting through a sentence."""
    with pytest.raises(ValueError, match="needs a limit of 8,000 bytes at least"):
        plan_markdown(full_plan(), limit=7_999)


def number(one: ContactEntry) -> int:
    """The number of a contact of the large plan."""
    return int(one.contact.email.removeprefix("person").split("@")[0])


def shown(page: str) -> list[int]:
    """The numbers of the large plan's contacts that a page shows, in its order."""
    return [int(number) for number in re.findall(r"<summary><code>person(\d+)@", page)]


def test_contacts_are_left_out_from_the_least_risky_end() -> None:
    """What is shown is the beginning of the whole list by risk: no revocation goes before a grant."""
    made = large_plan(1_000)
    order = [number(one) for group in risk_groups(made).values() for one in group]
    found = shown(plan_markdown(made))
    assert found == order[: len(found)]
    assert 100 < len(found) < 1_000


def test_the_text_says_how_many_of_what_are_left_out() -> None:
    """Shown and left out add up to each group's size."""
    made = large_plan(1_000)
    page = plan_markdown(made)
    found = shown(page)
    left = page.split("**Left out, since the plan is too long for this page:** ")[1].split(".\n")[0]
    for risk, group in risk_groups(made).items():
        missing = sum(number(one) not in found for one in group)
        assert (f"{missing} more contacts {risk.having}" in left) == bool(missing)
    assert (
        "'reconcile show --no-concise' of the saved plan has the rest; its page in HTML has every change"
        in page
    )


def test_a_plan_that_fits_leaves_nothing_out() -> None:
    """Then nothing is said of it either."""
    page = plan_markdown(large_plan(20))
    assert len(shown(page)) == 20
    assert "Left out" not in page


def test_the_groups_stand_in_the_order_of_risk() -> None:
    """Riskiest first, each with the number of its contacts."""
    titles = re.findall(r"^#### (.*)$", plan_markdown(large_plan(14)), flags=re.MULTILINE)
    now = [risk for risk in Risk if risk not in {Risk.PRIVILEGED, Risk.LATER}]
    assert titles == [f"{risk.value}: 2 contacts" for risk in now]


def test_ten_thousand_changes_take_less_than_two_seconds() -> None:
    """The comment of a mass change does not hold up the pipeline. In processor time: others work here too."""
    made = large_plan(10_000)
    begun = process_time()
    plan_markdown(made)
    assert process_time() - begun < 2


HUGE_SIZES = st.lists(st.sampled_from([0, 5, 60, 2_000]), min_size=1, max_size=16)

RISKY = {
    "- role  preview ": revoked(grant("preview")),
    "~ role  wholesale ": changed(grant("wholesale", "pending"), grant("wholesale")),
    "~ profile.email ": field_set("email", "old@example.com", "new@example.com"),
}


def huge_change(number: int, size: int, risk: str | None) -> Change:
    """A contact with so many tag steps, the risky one after them."""
    steps = [tag_added(f"tag-{number}-{index}") for index in range(size)]
    return change(
        *steps,
        *([RISKY[risk]] if risk else []),
        email=f"person{number}@email.com",
        id=str(number),
        kept=tuple(kept_tag(f"old-{index}") for index in range(size // 10)),
    )


@settings(deadline=None, max_examples=12)
@given(st.data(), HUGE_SIZES)
def test_a_huge_contact_hides_neither_its_own_risks_nor_other_contacts(
    data: st.DataObject, sizes: list[int]
) -> None:
    """Every contact is there, with what opens or closes access; what is cut is counted within the contact."""
    risks = [data.draw(st.sampled_from([None, *RISKY])) for _ in sizes]
    changes = [huge_change(*one) for one in zip(range(len(sizes)), sizes, risks, strict=True)]
    page = plan_markdown(plan(*changes))
    assert length(page) <= COMMENT
    assert sorted(shown(page)) == list(range(len(sizes)))
    for number, block in zip(shown(page), page.split("<summary>")[1:], strict=True):
        assert risks[number] is None or f"\n{risks[number]}" in block
        hidden = [int(found.replace(",", "")) for found in re.findall(r"([\d,]+) more tag step", block)]
        assert block.count("\n+ tag ") + sum(hidden) == sizes[number]


def test_eight_thousand_tags_hide_neither_the_grant_beside_them_nor_the_next_contact() -> None:
    """The steps of a huge contact are cut within it, and the text says how many and where they are."""
    page = plan_markdown(
        plan(huge_change(1, 8_000, "~ role  wholesale "), huge_change(2, 1, "- role  preview "))
    )
    assert sorted(shown(page)) == [1, 2]
    assert "\n~ role  wholesale " in page
    assert "\n- role  preview " in page
    assert re.search(
        r"\n  and [\d,]+ more tag steps, 800 more kept items: 'reconcile show' of the saved", page
    )


def test_thousands_of_notes_hide_no_contact() -> None:
    """Warnings and contacts that are set aside have their share, not all."""
    aside = tuple(
        SetAside(
            Identity("", "user", f"gone{number}@email.com"), Place("contacts/a.yaml", number), "gone " * 40
        )
        for number in range(3_000)
    )
    made = replace(large_plan(20), set_aside=aside)
    page = plan_markdown(made)
    assert length(page) <= COMMENT
    assert len(shown(page)) == 20
    assert "more contacts set aside" in page


LINKS: list[tuple[str | None, Place, str]] = [
    (BLOB, Place("contacts/a.yaml", 7), f"[`contacts/a.yaml:7`](<{BLOB}/contacts/a.yaml#L7>)"),
    (f"{BLOB}/", Place("a.yaml"), f"[`a.yaml`](<{BLOB}/a.yaml>)"),
    (
        BLOB,
        Place("a (1) ü#?.yaml", 7),
        f"[`a (1) ü#?.yaml:7`](<{BLOB}/a%20%281%29%20%C3%BC%23%3F.yaml#L7>)",
    ),
    (BLOB, Place("../../evil/a.yaml", 7), "`../../evil/a.yaml:7`"),
    (BLOB, Place("/etc/passwd", 7), "`/etc/passwd:7`"),
    (BLOB, Place("contacts/•••.yaml", 7), "`contacts/•••.yaml:7`"),
    ("javascript:alert(1)", Place("a.yaml", 7), "`a.yaml:7`"),
    (None, Place("a.yaml", 7), "`a.yaml:7`"),
    (
        "https://git.example/>) <b>",
        Place("a.yaml", 7),
        "[`a.yaml:7`](<https://git.example/%3E%29%20%3Cb%3E/a.yaml#L7>)",
    ),
]


@pytest.mark.parametrize(("source_url", "place", "link"), LINKS, ids=[link for _, _, link in LINKS])
def test_sources_link_to_their_line(source_url: str | None, place: Place, link: str) -> None:
    """A file's path leads to its line at the commit, to nowhere else, and not at all where it is masked."""
    made = plan(change(tag_added("x"), file=place.file, line=place.line))
    assert link in plan_markdown(made, source_url=source_url).split("\n")


def section(page: str, title: str) -> str:
    """What stands under a summary, up to the end of its block."""
    return page.split(f"<summary>{title}")[1].split("</details>", maxsplit=1)[0]


def test_equal_changes_of_a_large_plan_share_a_block() -> None:
    """What happens stands there once, then who they are; the odd one is not lost among them."""
    audit = [change(tag_added("audit-2027"), email=f"a{n}@email.com", id=f"1{n:02}") for n in range(30)]
    odd = change(tag_added("audit-2027"), tag_added("vip"), email="odd@email.com", id="99")
    page = plan_markdown(plan(*audit, odd))
    block = section(page, "adds tag <code>audit-2027</code> · 30 contacts")
    assert block.count("+ tag   audit-2027") == 1
    assert [line for line in block.splitlines() if "(contact 1" in line] == [
        f"  a{n}@email.com (contact 1{n:02})  contacts/trade/ipswich.yaml:7" for n in range(30)
    ]
    assert page.count("<details") == 2
    assert "<summary><code>odd@email.com</code>" in page


def test_equal_changes_of_a_short_plan_stand_alone() -> None:
    """Each with the link to its line, and with what is kept of it."""
    page = plan_markdown(plan(*(change(tag_added("x"), id=str(n), email=f"a{n}@b.com") for n in range(20))))
    assert page.count("<details") == 20


def test_a_group_that_does_not_fit_says_how_many_are_missing() -> None:
    """And where they are."""
    crowd = [change(tag_added("x"), email=f"a{n}@email.com", id=str(n)) for n in range(4_000)]
    page = plan_markdown(plan(*crowd))
    shown = page.count("@email.com (contact ")
    more = re.search(r"  and ([\d,]+) more contacts: 'reconcile show' of the saved plan has them all", page)
    assert more is not None
    assert shown + int(more[1].replace(",", "")) == 4_000
    assert length(page) <= COMMENT


TABLES = [
    "<tr><th>role</th><th>granted</th><th>revoked</th><th>scheduled</th></tr>",
    "<tr><td><code>preview</code></td><td></td><td>21</td><td></td></tr>",
    "<tr><td><code>press</code></td><td>21</td><td></td><td></td></tr>",
    "<tr><td><code>season</code></td><td></td><td></td><td>1</td></tr>",
    "<tr><th>tag</th><th>added</th></tr>",
    "<tr><td><code>x</code></td><td>21</td></tr>",
]


def test_tables_by_role_and_by_tag_come_first_where_the_contacts_are_many() -> None:
    """Twenty contacts are listed one by one; of more a reviewer wants the numbers."""
    steps = (revoked(grant("preview")), granted(grant("press")), tag_added("x"))
    crowd = [change(*steps, email=f"a{n}@email.com", id=str(n)) for n in range(21)]
    page = plan_markdown(plan(*crowd, scheduled=(scheduled("season"),)))
    assert re.findall(r"^<tr>.*$", page, flags=re.MULTILINE) == TABLES
    assert page.index("<table>") < page.index("#### ")
    few = plan_markdown(plan(*crowd[:20]))
    assert "<table>" not in few
    assert "Holders of roles: `preview` 20 lost · `press` 20 gained" in few


def test_the_sections_stand_in_the_order_of_their_weight() -> None:
    """Scope and counts, warnings, who is set aside, contacts by risk, what was scheduled before, notes."""
    page = plan_markdown(full_plan())
    marks = [
        "Against `main` at `4f2a9c1`: 9 of 3,000 declarations differ; the others were not looked at.",
        "| contacts |",
        "> [!WARNING]",
        "1 privileged role is scheduled: `administrator` for `bob@email.com` from 2026-12-01",
        "2 contacts are no longer declared and keep what they have: `pippa@rowe.example.org` (contact `40`)",
        "#### Set aside: 3 contacts",
        "- `erin@email.com` (contact `16`)",
        "set aside since 2026-11-02: `contact 44 is gone",
        "#### Losing access: 3 contacts",
        "> role  administrator   starts 2026-12-01",
        ". role  press           withheld: its window closed on 2026-10-31",
        "#### Nothing now, but later: 2 contacts",
        "<summary>Scheduled already, soonest first: 2 items</summary>",
        "> `frank@email.com: not found",
        "Valid until",
    ]
    positions = [page.index(mark) for mark in marks]
    assert positions == sorted(positions)


def test_what_is_not_new_is_folded_and_cut_after_twenty() -> None:
    """It says where the rest is; what is withheld from others is told in the same way."""
    known = tuple(scheduled(f"r{n:02}", comparison=Comparison.KNOWN) for n in range(25))
    page = plan_markdown(plan(scheduled=known, withheld=tuple(withheld(f"w{n:02}") for n in range(21))))
    assert page.count("\n- role `r") == 20
    assert "and 5 more; the plan as JSON has them all" in page
    assert "<summary>Withheld from contacts that stay as they are: 21 items</summary>" in page
    assert "and 1 more; the plan as JSON has them all" in page
    assert "<details open" not in page


def test_everybody_who_is_no_longer_declared_is_named() -> None:
    """A warning names the first ones; where there are more, a list has all."""
    leavers = tuple(undeclared(of=f"leaver{n}@email.com", id=str(n)) for n in range(12))
    page = plan_markdown(plan(undeclared=leavers))
    assert section(page, "No longer declared: 12 contacts").count("- `leaver") == 12
    assert "No longer declared:" not in plan_markdown(plan(undeclared=leavers[:10]))


@pytest.mark.parametrize("limit", [8_000, 12_000, COMMENT])
def test_lists_of_any_size_fit_and_what_is_missing_is_counted(limit: int) -> None:
    """Schedules, leavers and items withheld by the thousand leave room for the contacts."""
    many = plan(
        change(revoked(grant("preview"))),
        scheduled=tuple(scheduled(f"{'x' * 150}{n}", comparison=Comparison.KNOWN) for n in range(3_000)),
        withheld=tuple(withheld(f"{'x' * 150}{n}") for n in range(3_000)),
        undeclared=tuple(undeclared(of=f"leaver{n}@email.com", id=str(n)) for n in range(3_000)),
        scope=scope(4, 100, *(f"contacts/{'x' * 100}{n}.yaml" for n in range(50))),
    )
    page = plan_markdown(many, limit=limit)
    assert length(page) <= limit
    assert "<summary><code>bob@email.com</code>" in page
    named = page.count("\n- `leaver")
    assert f"{3_000 - named:,} more contacts no longer declared" in page
