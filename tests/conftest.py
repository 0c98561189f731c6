"""A party to talk to: the shop's account in a sandbox of its own, for each test."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest

from reconcile.sandbox import running, seed
from tests.support.shop import NOW, Shop

if os.environ.pop("CI", None):
    # Processes that tests start show what a person sees: in the log of a CI system e-mails would be masked.
    os.environ["TESTS_IN_CI"] = "true"


# The machine may be busy, so laws are not timed. What must pass before a change lands tries the same examples
# each time, so that it judges the change; every other run tries new ones.
hypothesis.settings.register_profile("shared", deadline=None, derandomize="TESTS_IN_CI" in os.environ)

hypothesis.settings.load_profile("shared")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """The built-in shop account, served on loopback for the length of a test."""
    path = tmp_path / "account" / "sandbox.sqlite3"
    path.parent.mkdir()
    seed(path, now=NOW)
    with ExitStack() as stack:
        yield Shop(path, stack.enter_context(running(path, now=NOW)))
