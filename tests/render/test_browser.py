"""The page in a browser: what a reader clicks, types and sees. Skipped where no browser is installed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconcile.model import Plan
from reconcile.render import html
from reconcile.render.risk import risk_groups
from tests.render.crowd import crowd
from tests.render.hostile import HOSTILE
from tests.render.plan_samples import full_plan, plan
from tests.render.refill import before, refilled, tame

Tab = Any
"""A page of Playwright, which is not installed everywhere."""

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 320, "height": 640}}


@dataclass
class Desk:
    """Opens plans as pages, and keeps what the browser complained about or asked for."""

    browser: Any
    folder: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)

    def open(self, made: Plan, **options: Any) -> Tab:
        """The plan's page, from a file."""
        file = self.folder / "plan.html"
        file.write_text(html(made), encoding="utf-8")
        self.contexts.append(self.browser.new_context(**{**DESKTOP, **options}))
        tab = self.contexts[-1].new_page()
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.goto(file.as_uri())
        return tab


@pytest.fixture
def desk(browser: Any, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose pages are closed at the end, and about which the browser had nothing to complain."""
    desk = Desk(browser, tmp_path)
    yield desk
    for context in desk.contexts:
        context.close()
    assert desk.complaints == []


def names(tab: Tab) -> list[str]:
    """The contacts that can be seen."""
    found: list[str] = tab.locator(".contact:visible summary > span > bdi:first-child").all_inner_texts()
    return found


def said(tab: Tab) -> str:
    text: str = tab.locator("#count").inner_text()
    return text


def find(tab: Tab, words: str) -> None:
    tab.locator("#find").fill(words)
    settle(tab)


def settle(tab: Tab) -> None:
    """Until the next frame has been drawn: what was asked for is done then."""
    tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_the_page_asks_for_nothing(desk: Desk) -> None:
    """One file is opened; no request follows."""
    desk.open(full_plan()).wait_for_load_state("networkidle")
    assert len(desk.requests) == 1


def test_contacts_stand_by_risk_with_their_steps(desk: Desk) -> None:
    """A short plan is unfolded: all its steps can be read at once."""
    tab = desk.open(full_plan())
    assert names(tab) == ["bob@email.com", "carol@email.com", "dave@email.com", "new@email.com"]
    assert tab.locator(".contact li:visible").count() == 20
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


@pytest.mark.parametrize(("words", "found"), SEARCHES)
def test_search_finds_all_that_a_contact_shows(desk: Desk, words: str, found: list[str]) -> None:
    """Name, id, role, tag, reason, file: every word must be somewhere in the contact, in any case."""
    tab = desk.open(full_plan())
    find(tab, words)
    assert names(tab) == found
    assert said(tab) == f"{len(found)} of 4 contacts"


def test_a_search_without_results_says_so_and_can_be_undone(desk: Desk) -> None:
    """The reader is not left before an empty page."""
    tab = desk.open(full_plan())
    find(tab, "nobody")
    assert names(tab) == []
    tab.get_by_role("button", name="Show all").click()
    assert len(names(tab)) == 4
    assert said(tab) == "4 contacts"


def test_groups_can_be_shown_alone(desk: Desk) -> None:
    """Ticked groups are shown, together with what is searched for; none ticked shows all."""
    tab = desk.open(full_plan())
    tab.get_by_role("checkbox", name="New contacts").check()
    settle(tab)
    assert names(tab) == ["new@email.com"]
    assert tab.locator(".group:visible").count() == 1
    tab.get_by_role("checkbox", name="Losing access").check()
    find(tab, "customer")
    assert names(tab) == ["carol@email.com", "dave@email.com", "new@email.com"]


def test_what_is_kept_can_be_hidden(desk: Desk) -> None:
    """It is shown at first, since a review must know what survives."""
    tab = desk.open(full_plan())
    assert tab.locator("li.keep:visible").count() == 4
    tab.get_by_label("What is kept").uncheck()
    assert tab.locator("li.keep:visible").count() == 0


def test_all_can_be_folded_and_unfolded(desk: Desk) -> None:
    """One button does both and says which it will do."""
    tab = desk.open(full_plan())
    tab.get_by_role("button", name="Fold all", exact=True).click()
    assert tab.locator(".contact li:visible").count() == 0
    tab.get_by_role("button", name="Unfold all").click()
    assert tab.locator(".contact li:visible").count() == 20


def test_the_exact_payload_is_shown_on_demand(desk: Desk) -> None:
    """What is shown is what will be sent, with nothing added but blanks; a second click hides it."""
    made = full_plan()
    tab = desk.open(made)
    button = tab.get_by_role("button", name="Exact payload").nth(1)
    button.click()
    assert json.loads(tab.locator("pre").inner_text()) == made.changes[1].payload
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert tab.locator("pre").count() == 0


def test_the_keyboard_does_everything(desk: Desk) -> None:
    """A slash goes to the search, Escape clears it, Tab and Enter reach and unfold a contact."""
    tab = desk.open(full_plan())
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
    assert len(names(tab)) == 4


def test_the_first_tab_skips_to_the_contacts(desk: Desk) -> None:
    """Who goes by keyboard need not pass the pictures."""
    tab = desk.open(full_plan())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "contacts"


LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": PHONE,
    "dark phone": {**PHONE, "color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
}
SEEN = [(look, full_plan) for look in LOOKS] + [("light", plan), ("dark", lambda: crowd(12))]


@pytest.mark.parametrize(("look", "made"), SEEN)
def test_axe_finds_nothing_serious(desk: Desk, axe: str, look: str, made: Callable[[], Plan]) -> None:
    """Contrast, names, roles and order hold in each look, with payloads and tables unfolded."""
    tab = desk.open(made(), **LOOKS[look])
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    for button in tab.get_by_role("button", name="Exact payload").all()[:1]:
        button.click()
    tab.evaluate(axe)
    found = tab.evaluate("async () => (await axe.run()).violations")
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in serious] == []


@pytest.mark.parametrize("made", [full_plan, lambda: refilled(lambda value: value * 40), lambda: crowd(30)])
def test_nothing_overflows_a_phone(desk: Desk, made: Callable[[], Plan]) -> None:
    """At 320 pixels nobody has to scroll sideways, however long the names are."""
    tab = desk.open(made(), **PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_paper_shows_all_unfolded_and_no_controls(desk: Desk) -> None:
    """A printed page can't be clicked; after printing the screen is as it was."""
    tab = desk.open(crowd(30))
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator(".contact[open]").count() == 30
    assert tab.locator("form:visible, button:visible").count() == 0
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator(".contact[open]").count() == 0


def test_without_scripts_the_page_reads(desk: Desk) -> None:
    """Steps and pictures stand in the page itself."""
    tab = desk.open(full_plan(), java_script_enabled=False)
    assert len(names(tab)) == 4
    assert tab.locator(".contact li:visible").count() == 20
    assert "Without its script" in tab.locator("body").inner_text()


def test_the_policy_stops_any_other_script(browser: Any, tmp_path: Path) -> None:
    """Even if markup came into the page, it could not run."""
    desk = Desk(browser, tmp_path)
    tab = desk.open(full_plan())
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
    assert any("Content Security Policy" in complaint for complaint in desk.complaints)
    desk.contexts[0].close()


STRUCTURE = """() => [...document.querySelectorAll("body *")].map((one) =>
    [one.tagName, ...[...one.attributes].map((each) => each.name)].join(" "))"""


BUILDING = [name for name in HOSTILE if name.startswith("html")] + [
    "template",
    "newlines",
    "surrogates",
    "long-hostile",
]


@pytest.mark.parametrize("name", BUILDING)
def test_hostile_strings_build_no_elements(desk: Desk, name: str) -> None:
    """A real browser builds the same elements and attributes as from harmless strings, payloads shown."""
    found = []
    for change in (before(HOSTILE[name][:150]), tame(HOSTILE[name][:150])):
        tab = desk.open(refilled(change))
        tab.get_by_role("button", name="Exact payload").first.click()
        found.append(tab.evaluate(STRUCTURE))
    assert found[0] == found[1]


@pytest.fixture(scope="module")
def big() -> Plan:
    return crowd(10_000)


def test_ten_thousand_changes_open_and_filter_without_a_wait(desk: Desk, big: Plan) -> None:
    """Limits for a machine that is busy with other tests: each is several times what was measured."""
    tab = desk.open(big)
    painted = tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    ready = tab.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    took = tab.evaluate(TIMED_SEARCH, "person777 agreement")
    expected = [one for one in big.changes if "person777" in one.label and "Agreement" in repr(one)]
    assert said(tab) == f"{len(expected)} of 10,000 contacts"
    assert painted < 3_000
    assert ready < 6_000
    assert took < 2_000


TIMED_SEARCH = """async (words) => {
    await new Promise((done) => requestIdleCallback(done));
    const begun = performance.now();
    document.getElementById("find").value = words;
    document.getElementById("find").dispatchEvent(new Event("input"));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - begun;
}"""


def test_later_contacts_come_as_the_reader_gets_there(desk: Desk, big: Plan) -> None:
    """Scrolling to the end shows more, in the order of risk, each group in its place."""
    tab = desk.open(big)
    order = [one.contact.email for group in risk_groups(big).values() for one in group]
    assert names(tab) == order[:300]
    tab.locator(".contact").last.scroll_into_view_if_needed()
    tab.wait_for_selector(".contact >> nth=599", state="attached")
    shown = names(tab)
    assert shown == order[: len(shown)]


def test_a_later_contact_is_found_whole(desk: Desk, big: Plan) -> None:
    """Search, steps and payload work alike for contacts that were not in the page at first."""
    tab = desk.open(big)
    find(tab, "person9995@")
    assert names(tab) == ["person9995@email.com"]
    tab.locator(".contact:visible summary").click()
    assert "tag-9995" in tab.locator(".contact:visible").inner_text()
    tab.locator(".contact:visible button").click()
    expected = next(one.payload for one in big.changes if one.contact.email == "person9995@email.com")
    assert json.loads(tab.locator("pre").inner_text()) == expected
