"""Drift as text and Markdown: each difference with its cause, hostile names tamed, names masked, all fits."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle

import pytest

from reconcile.documents.reports import drift_json
from reconcile.model.plans.plan import Plan
from reconcile.model.reports.drift import Cause, Difference, Drift
from reconcile.render.drift.drift_text import drift_markdown, drift_text
from reconcile.render.masking.mask import mask
from tests.support.pages.hostile_plan import before, plan_with_texts, tame
from tests.support.pages.hostile_texts import HOSTILE
from tests.support.pages.page_structure import page_structure
from tests.support.plans.plan_samples import full_plan, undeclared

AT = datetime(2026, 11, 20, tzinfo=UTC)


def drifted(plan: Plan) -> Drift:
    """The plan with the causes in turn, the clock's being due."""
    steps = [(change, step) for change in plan.changes for step in change.operations]
    clock = {Cause.STARTED, Cause.LAPSED}
    told = (
        Difference(change, step, cause, AT if cause in clock else None, "run-1", due=cause in clock)
        for (change, step), cause in zip(steps, cycle(Cause), strict=False)
    )
    return Drift(plan, tuple(told))


def test_each_difference_tells_its_cause() -> None:
    """In words, with the moment or the run, and whether it is due."""
    shown = drift_text(drifted(full_plan()))
    for said in (
        "its window started 2026-11-20; due",
        "its window ended 2026-11-19; due",
        "changed outside",
        "left over from run run-1",
        "not applied yet",
    ):
        assert said in shown
        assert said in drift_markdown(drifted(full_plan()))
    lines = [line for line in shown.splitlines() if re.match(r" {6}[+~-] ", line)]
    assert len(lines) == len(drifted(full_plan()).differences)


def test_an_issue_warns_of_what_no_difference_tells() -> None:
    """Privileged roles that are scheduled, and what stays although nothing declares it any more."""
    shown = drift_markdown(drifted(full_plan()))
    assert "> [!WARNING]\n> - 1 privileged role is scheduled: `administrator` for `bob@email.com`" in shown
    assert "> - 2 contacts are no longer declared and keep what they have: `pippa@rowe.example.org`" in shown
    assert "[!WARNING]" not in drift_markdown(Drift(replace(full_plan(), scheduled=(), undeclared=()), ()))


def test_warnings_that_do_not_fit_are_counted() -> None:
    """They tell what no difference does, so that none may be missing without a word."""
    lost = tuple(undeclared(f"{'x' * 200}{n}", of=f"{n}@email.com", id=str(n)) for n in range(9))
    shown = drift_markdown(Drift(replace(full_plan(), undeclared=lost), ()), limit=3_000)
    assert "> - and 1 more warning; 'reconcile drift' has them all" in shown


def test_an_issue_names_what_lapses_soon() -> None:
    """Below what differs; without anything to come nothing is said of it."""
    title = "<summary>Lapses within 14 days, soonest first: 2 items</summary>"
    shown = drift_markdown(drifted(full_plan()))
    assert f"{title}\n\n- role `staff-tools` of `bob@email.com` (contact `13`): lapses 2026-11-24" in shown
    assert "Lapses" not in drift_markdown(drifted(replace(full_plan(), lapsing=())))


def test_no_drift_is_said_so() -> None:
    """In one line, with the count."""
    empty = Drift(replace(full_plan(), changes=()), ())
    assert drift_text(empty).startswith("No drift. ")
    assert drift_markdown(empty).startswith("### No drift. ")


def test_contacts_that_do_not_fit_are_counted() -> None:
    """Within the limit, in bytes; what is shown is shown whole."""
    plan = full_plan()
    many = tuple(
        replace(plan.changes[0], contact=replace(plan.changes[0].contact, id=str(n))) for n in range(400)
    )
    shown = drift_markdown(drifted(replace(plan, changes=many)), limit=20_000)
    assert 15_000 < len(shown.encode("utf-8")) <= 20_000
    left = 400 - shown.count(" differences</summary>")
    assert (
        f"**Left out, since it is too long for this page:** {left} contacts; 'reconcile drift' has them all."
        in shown
    )
    assert shown.count("<details>") == shown.count("</details>")


def test_the_numbers_of_many_contacts_are_those_of_an_apply() -> None:
    """Beside lines that tell what has happened, where the signs are the other way round, that is said."""
    plan = full_plan()
    many = tuple(
        replace(plan.changes[0], contact=replace(plan.changes[0].contact, id=str(n))) for n in range(21)
    )
    shown = drift_text(drifted(replace(plan, changes=many)))
    assert "\n\nWhat an apply would do about it:\n\n  role " in shown
    assert "What an apply would do" not in drift_text(drifted(plan))


def test_masked_drift_holds_no_address() -> None:
    """In no format, while the causes stay."""
    found = mask(drifted(full_plan()))
    addresses = {change.contact.email for change in full_plan().changes if change.contact.email}
    for shown in (drift_text(found), drift_markdown(found), drift_json(found)):
        assert [address for address in addresses if address in shown] == []
        assert "changed outside" in shown


def structure_of_text(plan: Plan) -> list[str]:
    return [
        line[:8] if line.startswith("      ") else line[:4] for line in drift_text(drifted(plan)).split("\n")
    ]


def structure_of_markdown(plan: Plan) -> list[str]:
    cmarkgfm = pytest.importorskip("cmarkgfm", reason="the Markdown checks need the package cmarkgfm")
    options = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
    page = drift_markdown(drifted(plan), limit=4_000_000)
    return page_structure(cmarkgfm.github_flavored_markdown_to_html(page, options=options), "code")


@pytest.mark.parametrize("structure", [structure_of_text, structure_of_markdown])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_strings_change_no_structure(name: str, structure: Callable[[Plan], list[str]]) -> None:
    """With a hostile string in every field at once the page has the same structure as with harmless ones."""
    assert structure(plan_with_texts(before(HOSTILE[name]))) == structure(
        plan_with_texts(tame(HOSTILE[name]))
    )
