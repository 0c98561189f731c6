"""A team with one shop, and one with several."""

from pathlib import Path

import pytest

from tests.support.forge.fake_github import FakeGitHub
from tests.support.shop import Shop

from .team import Team


@pytest.fixture
def team(tmp_path: Path, shop: Shop, fake_github: FakeGitHub) -> Team:
    """A team whose main branch declares Grace without tags; its target is called shop."""
    folder = tmp_path / "team"
    folder.mkdir()
    return Team(folder, {"shop": shop}, fake_github)
