"""A browser for the page, where one is installed."""

from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.support.pages.browser import PlanBrowser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; the tests that ask for it are skipped where there is none."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="the page's tests need the package playwright"
    )
    found = next(filter(None, map(which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"the page's tests need a browser: one of {', '.join(BROWSERS)} (Debian: chromium)")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=found)
        yield running
        running.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which a package ships."""
    package = pytest.importorskip(
        "axe_playwright_python", reason="the accessibility tests need the package axe-playwright-python"
    )
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def plan_browser(browser: Any, tmp_path: Path) -> Iterator[PlanBrowser]:
    """Opens plans; closes them at the end, when the browser must have had nothing to complain about."""
    plan_browser = PlanBrowser(browser, tmp_path)
    yield plan_browser
    for context in plan_browser.contexts:
        context.close()
    assert plan_browser.complaints == []
