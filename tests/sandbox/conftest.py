"""A seeded shop for each test, copied from one that is made once."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconcile import sandbox
from tests.support.sandbox.written_calls import Caller, calling

NOON = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite3"
    sandbox.seed(path, now=NOON)
    return path


@pytest.fixture
def shop(template: Path, tmp_path: Path) -> Path:
    """A file of the built-in shop."""
    return Path(shutil.copy(template, tmp_path / "sandbox.sqlite3"))


@pytest.fixture
def caller(shop: Path) -> Iterator[Caller]:
    """Someone who calls the shop, whose clock stands at 2026-11-23T09:00:00Z."""
    with calling(shop, now=NOON) as client:
        yield client
