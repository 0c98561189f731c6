"""The shop's account, seeded once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconcile.sandbox import seed
from tests.support.sandbox.scratch_contact import ScratchAccount, scratch_account
from tests.support.shop import NOW


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "sandbox.sqlite3"
    seed(path, now=NOW)
    return path


@pytest.fixture
def pad(template: Path, tmp_path: Path) -> Iterator[ScratchAccount]:
    """A scratch contact in a sandbox that behaves as documented."""
    folder = tmp_path / "account"
    folder.mkdir()
    with scratch_account(template, folder, {}) as pad:
        yield pad
