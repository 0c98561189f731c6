"""A project that talks to the shop's sandbox."""

from pathlib import Path

import pytest

from tests.support.project import Project, project_for
from tests.support.shop import Shop


@pytest.fixture
def project(shop: Shop, tmp_path: Path) -> Project:
    """A project whose target is the running sandbox."""
    root = tmp_path / "project"
    root.mkdir()
    return project_for(shop, root)
