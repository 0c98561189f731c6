"""A project that talks to the shop's sandbox."""

from pathlib import Path

import pytest

from tests.cli.party import Project, project_for
from tests.conftest import Shop


@pytest.fixture
def project(shop: Shop, tmp_path: Path) -> Project:
    """A project whose target is the running sandbox."""
    root = tmp_path / "project"
    root.mkdir()
    return project_for(shop, root)
