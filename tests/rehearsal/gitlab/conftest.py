"""The team of the rehearsals on GitLab, by the name that those on GitHub use for theirs."""

from pathlib import Path

import pytest

from tests.support.forge.fake_gitlab import FakeGitLab
from tests.support.forge.gitlab_ci.team import GitLabTeam
from tests.support.shop import Shop


@pytest.fixture
def team(tmp_path: Path, shop: Shop, fake_gitlab: FakeGitLab) -> GitLabTeam:
    """A team whose main branch declares Grace without tags."""
    (tmp_path / "team").mkdir()
    return GitLabTeam(tmp_path / "team", shop, fake_gitlab)
