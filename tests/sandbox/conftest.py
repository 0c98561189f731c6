"""A file of the shop for each test, and somebody who calls it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sandbox.written_calls import Caller, calling
from tests.support.shop import NOW


@pytest.fixture
def shop_file(seeded_shop: Path, tmp_path: Path) -> Path:
    """A file of the built-in shop."""
    return Path(shutil.copy(seeded_shop, tmp_path / "sandbox.sqlite3"))


@pytest.fixture
def caller(shop_file: Path) -> Iterator[Caller]:
    """Someone who calls the shop, whose clock stands at 2026-11-23T09:00:00Z."""
    with calling(shop_file, now=NOW) as client:
        yield client
