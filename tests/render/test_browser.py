"""The page in a browser: what a reader clicks, types and sees. Skipped where no browser is installed."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages.browser import PlanBrowser, find, names, said, settle
from tests.support.pages.hostile_plan import before, plan_with_texts, tame
from tests.support.pages.hostile_texts import HOSTILE
from tests.support.plans.large_plan import crowded_plan
from tests.support.plans.plan_samples import full_plan

LINES = 30
"""What the sample does to its contacts, schedules for them, withholds and keeps."""


def test_the_page_asks_for_nothing(plan_browser: PlanBrowser) -> None:
    """One file is opened; no request follows."""
    plan_browser.open(full_plan()).wait_for_load_state("networkidle")
    assert len(plan_browser.requests) == 1


def test_contacts_stand_by_risk_with_their_steps(plan_browser: PlanBrowser) -> None:
    """A short plan is unfolded: all its steps can be read at once."""
    tab = plan_browser.open(full_plan())
    assert names(tab) == [f"{name}@email.com" for name in ("bob", "carol", "dave", "new", "ann", "erin")]
    assert tab.locator(".contact li:visible").count() == LINES
    assert "trade-account" in tab.locator(".contact li.add").first.inner_text()


SEARCHES = [
    ("BOB", ["bob@email.com"]),
    ("agreed by phone", ["carol@email.com"]),
    ("customer loses", ["carol@email.com", "dave@email.com"]),
    ("c-14", ["carol@email.com"]),
    ("ipswich.yaml:30", ["dave@email.com"]),
    ("<ltd> &", ["carol@email.com"]),
    ("kept: ignored", ["bob@email.com"]),
]


def test_search_finds_all_that_a_contact_shows(plan_browser: PlanBrowser) -> None:
    """Name, id, role, tag, reason, file: every word must be somewhere in the contact, in any case."""
    tab = plan_browser.open(full_plan())
    for words, found in SEARCHES:
        find(tab, words)
        assert (words, names(tab), said(tab)) == (words, found, f"{len(found)} of 6 contacts")


def test_a_search_without_results_says_so_and_can_be_undone(plan_browser: PlanBrowser) -> None:
    """The reader is not left before an empty page."""
    tab = plan_browser.open(full_plan())
    find(tab, "nobody")
    assert names(tab) == []
    tab.get_by_role("button", name="Show all").click()
    assert len(names(tab)) == 6
    assert said(tab) == "6 contacts"


def test_groups_can_be_shown_alone(plan_browser: PlanBrowser) -> None:
    """Ticked groups are shown, together with what is searched for; none ticked shows all."""
    tab = plan_browser.open(full_plan())
    tab.get_by_role("checkbox", name="New contacts").check()
    settle(tab)
    assert names(tab) == ["new@email.com"]
    assert tab.locator(".group:visible").count() == 1
    tab.get_by_role("checkbox", name="Losing access").check()
    find(tab, "customer")
    assert names(tab) == ["carol@email.com", "dave@email.com", "new@email.com"]


def test_equal_changes_are_one_line_to_unfold(plan_browser: PlanBrowser) -> None:
    """A search unfolds it to what is found, and folds it again; what a reader unfolded stays so."""
    tab = plan_browser.open(crowded_plan())
    group = tab.locator(".alike > summary")
    assert len(names(tab)) == 7
    assert said(tab) == "31 contacts"
    find(tab, "auditor7@")
    assert (names(tab), said(tab)) == (["auditor7@email.com"], "1 of 31 contacts")
    find(tab, "carol")
    assert (names(tab), group.is_visible()) == (["carol@email.com"], False)
    find(tab, "")
    assert (len(names(tab)), group.is_visible()) == (7, True)
    group.click()
    settle(tab)
    assert [name for name in names(tab) if "auditor" in name] == [f"auditor{n}@email.com" for n in range(24)]
    find(tab, "nobody")
    tab.get_by_role("button", name="Show all").click()
    assert len(names(tab)) == 31
    tab.get_by_role("button", name="Unfold all").click()
    tab.get_by_role("button", name="Fold all", exact=True).click()
    assert len(names(tab)) == 7


def test_what_is_kept_can_be_hidden(plan_browser: PlanBrowser) -> None:
    """It is shown at first, since a review must know what survives."""
    tab = plan_browser.open(full_plan())
    assert tab.locator("li.keep:visible").count() == 4
    tab.get_by_label("What is kept").uncheck()
    assert tab.locator("li.keep:visible").count() == 0


def test_all_can_be_folded_and_unfolded(plan_browser: PlanBrowser) -> None:
    """One button does both and says which it will do."""
    tab = plan_browser.open(full_plan())
    tab.get_by_role("button", name="Fold all", exact=True).click()
    assert tab.locator(".contact li:visible").count() == 0
    tab.get_by_role("button", name="Unfold all").click()
    assert tab.locator(".contact li:visible").count() == LINES


def test_the_exact_payload_is_shown_on_demand(plan_browser: PlanBrowser) -> None:
    """What is shown is what will be sent, with nothing added but blanks; a second click hides it."""
    made = full_plan()
    tab = plan_browser.open(made)
    button = tab.get_by_role("button", name="Exact payload").nth(1)
    button.click()
    assert json.loads(tab.locator(".contact pre").inner_text()) == made.changes[1].payload
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert tab.locator(".contact pre").count() == 0


def test_the_keyboard_does_everything(plan_browser: PlanBrowser) -> None:
    """A slash goes to the search, Escape clears it, Tab and Enter reach and unfold a contact."""
    tab = plan_browser.open(full_plan())
    tab.keyboard.press("/")
    tab.keyboard.type("dave")
    settle(tab)
    assert names(tab) == ["dave@email.com"]
    for _ in range(10):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.matches('summary')"):
            break
    tab.keyboard.press("Enter")
    assert tab.locator(".contact:visible[open]").count() == 0
    tab.keyboard.press("/")
    tab.keyboard.press("Escape")
    assert len(names(tab)) == 6


def test_the_first_tab_skips_to_the_contacts(plan_browser: PlanBrowser) -> None:
    """Who goes by keyboard need not pass the pictures."""
    tab = plan_browser.open(full_plan())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "contacts"


def test_the_policy_stops_any_other_script(browser: Any, tmp_path: Path) -> None:
    """Even if markup came into the page, it could not run."""
    plan_browser = PlanBrowser(browser, tmp_path)
    tab = plan_browser.open(full_plan())
    tab.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'>");
        }"""
    )
    settle(tab)
    assert tab.evaluate("window.ran") is None
    assert any("Content Security Policy" in complaint for complaint in plan_browser.complaints)
    plan_browser.contexts[0].close()


STRUCTURE = """() => [...document.querySelectorAll("body *")].map((one) =>
    [one.tagName, ...[...one.attributes].map((each) => each.name)].join(" "))"""

BUILDING = [name for name in HOSTILE if name.startswith("html")] + [
    "template",
    "newlines",
    "surrogates",
    "long-hostile",
]

QUICK = {"html-closing", "newlines"}
"""Those that are tried each time; the others are among the long tests."""


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in BUILDING]
)
def test_hostile_strings_build_no_elements(plan_browser: PlanBrowser, name: str) -> None:
    """A real browser builds the same elements and attributes as from harmless strings, payloads shown."""
    found = []
    for change in (before(HOSTILE[name][:150]), tame(HOSTILE[name][:150])):
        tab = plan_browser.open(plan_with_texts(change))
        tab.get_by_role("button", name="Exact payload").first.click()
        found.append(tab.evaluate(STRUCTURE))
    assert found[0] == found[1]
