"""A team with one shop, and one with several."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from reconcile.sandbox import running
from tests.support.forge.fake_github import FakeGitHub
from tests.support.shop import NOW, Shop

from .team import Team


@pytest.fixture
def team(tmp_path: Path, shop: Shop, fake_github: FakeGitHub) -> Team:
    """A team whose main branch declares Grace without tags; its target is called shop."""
    folder = tmp_path / "team"
    folder.mkdir()
    return Team(folder, {"shop": shop}, fake_github)


@pytest.fixture
def chain_of_shops(seeded_shop: Path, tmp_path: Path, fake_github: FakeGitHub) -> Iterator[Team]:
    """A team with three accounts: the targets leeds, york and hull."""
    folder = tmp_path / "team"
    folder.mkdir()
    with ExitStack() as running_shops:
        shops: dict[str, Shop] = {}
        for name in ("leeds", "york", "hull"):
            (tmp_path / name).mkdir()
            path = Path(shutil.copy(seeded_shop, tmp_path / name / "sandbox.sqlite3"))
            shops[name] = Shop(path, running_shops.enter_context(running(path, now=NOW)))
        yield Team(folder, shops, fake_github)
