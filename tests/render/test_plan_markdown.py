"""The plan for a pull request."""

import re
from dataclasses import replace
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    kept_tag,
    plan,
    revoked,
    tag_added,
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
