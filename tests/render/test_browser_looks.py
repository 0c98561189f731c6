"""The page in each look: light and dark, on a phone, on paper, without scripts, to a screen reader."""

from collections.abc import Callable
from typing import Any

import pytest

from reconcile.model.plans.plan import Plan
from tests.support.pages.browser import PHONE, PlanBrowser, names
from tests.support.pages.hostile_plan import plan_with_texts
from tests.support.plans.large_plan import crowded_plan, large_plan
from tests.support.plans.plan_samples import full_plan, plan

LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "dark phone": {**PHONE, "color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
}

SEEN = [
    ("light", full_plan),
    ("dark phone", full_plan),
    ("dark", crowded_plan),
    *(
        pytest.param(look, made, marks=pytest.mark.long)
        for look, made in [
            ("dark", full_plan),
            ("phone", full_plan),
            ("forced colours", full_plan),
            ("light", plan),
            ("phone", crowded_plan),
        ]
    ),
]


@pytest.mark.parametrize(("look", "made"), SEEN)
def test_axe_finds_nothing_serious(
    plan_browser: PlanBrowser, axe: str, look: str, made: Callable[[], Plan]
) -> None:
    """Contrast, names, roles and order hold in each look, with payloads and tables unfolded."""
    tab = plan_browser.open(made(), **LOOKS[look])
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for button in tab.get_by_role("button", name="Exact payload").all()[:1]:
        button.click()
    tab.evaluate(axe)
    found = tab.evaluate("async () => (await axe.run()).violations")
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in serious] == []


@pytest.mark.parametrize(
    "made",
    [full_plan, lambda: plan_with_texts(lambda value: value * 40, crowded_plan), lambda: large_plan(30)],
)
def test_nothing_overflows_a_phone(plan_browser: PlanBrowser, made: Callable[[], Plan]) -> None:
    """At 320 pixels nobody has to scroll sideways, however long the names are."""
    tab = plan_browser.open(made(), **PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_paper_shows_all_unfolded_and_no_controls(plan_browser: PlanBrowser) -> None:
    """A printed page can't be clicked, and is no dark one; after printing the screen is as it was."""
    tab = plan_browser.open(crowded_plan(), color_scheme="dark")
    ink = "getComputedStyle(document.body).color"
    on_screen = tab.evaluate(ink)
    tab.emulate_media(media="print", color_scheme="dark")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate(ink) == "rgb(27, 35, 48)" != on_screen
    assert (tab.locator(".contact[open]").count(), tab.locator("details:not([open])").count()) == (31, 0)
    assert tab.locator("form:visible, button:visible").count() == 0
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator("details[open]").count() == 0


def test_without_scripts_the_page_reads(plan_browser: PlanBrowser) -> None:
    """Steps and pictures stand in the page itself."""
    tab = plan_browser.open(full_plan(), java_script_enabled=False)
    assert len(names(tab)) == 6
    assert tab.locator(".contact li:visible").count() == 30
    assert "Without its script" in tab.locator("body").inner_text()
