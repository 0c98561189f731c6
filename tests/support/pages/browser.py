"""Plans as pages in a browser, which a reader opens, clicks and searches."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconcile.model.plans.plan import Plan
from reconcile.render.plan_page.page import plan_page

Tab = Any
"""A page of Playwright, which is not installed everywhere."""

DESKTOP = {"viewport": {"width": 1280, "height": 900}}

PHONE = {"viewport": {"width": 320, "height": 640}}


@dataclass
class PlanBrowser:
    """Opens plans as pages, and keeps what the browser complained about or asked for."""

    browser: Any
    folder: Path
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)

    def open(self, made: Plan | str, **options: Any) -> Tab:
        """The plan's page, or one that was made already, from a file."""
        file = self.folder / "plan.html"
        file.write_text(made if isinstance(made, str) else plan_page(made), encoding="utf-8")
        self.contexts.append(self.browser.new_context(**{**DESKTOP, **options}))
        tab = self.contexts[-1].new_page()
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        tab.on("request", lambda request: self.requests.append(request.url))
        tab.goto(file.as_uri())
        return tab


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
