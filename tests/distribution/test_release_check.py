"""A release that something stands against is refused before anything is built, and all of it is told."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile import __version__
from tests.support.repository import Repository
from tests.support.source_copy import ROOT

ADDRESS = "https://github.com/OWNER/NAME"

TAG = f"v{__version__}"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A checkout whose next release is in order."""
    root = tmp_path / "checkout"
    for name in (
        "pyproject.toml",
        "README.md",
        "docs/install.md",
        "docs/fmt.md",
        "docs/releasing.md",
        "CHANGELOG.md",
        "reconcile/__init__.py",
        "tools/check_release.py",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    changelog = root / "CHANGELOG.md"
    changelog.write_text(f"{changelog.read_text()}\n## {__version__} - 2026-12-01\n")
    made = Repository.at(root)
    made.commit()
    made.git("update-ref", "refs/remotes/origin/main", "HEAD")
    return made


def refusals(repository: Repository, tag: str = TAG, address: str = ADDRESS) -> list[str]:
    command = [sys.executable, "tools/check_release.py", tag, address]
    done = subprocess.run(
        command, cwd=repository.root, capture_output=True, text=True, timeout=60, check=False
    )
    lines = done.stderr.splitlines()
    assert done.returncode == (1 if lines else 0)
    return lines


def replaced(name: str, old: str, new: str) -> Callable[[Repository], None]:
    def replace(repository: Repository) -> None:
        path = repository.root / name
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return replace


def test_what_is_in_order_is_released(repository: Repository) -> None:
    """Also when main has gone on since the tagged commit."""
    repository.git("switch", "-q", "--detach")
    repository.commit()
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repository.git("switch", "-q", "main")
    assert refusals(repository) == []


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (replaced("pyproject.toml", f'version = "{__version__}"', 'version = "9.9.9"'), "tag v9.9.9"),
        (replaced("reconcile/__init__.py", __version__, "9.9.9"), "__init__.py names the version 9.9.9"),
        (replaced("CHANGELOG.md", f"## {__version__} ", "## 9.9.9 "), f"no section '## {__version__}'"),
        (replaced("README.md", f"@{TAG}", "@main"), f"README.md does not install {TAG}"),
        (replaced("docs/install.md", f"@{TAG}", "@main"), f"install.md does not install {TAG}"),
        (replaced("docs/install.md", f"--branch {TAG}", "--branch v0.0.9"), f"v0.0.9: write {TAG} instead"),
        (replaced("docs/fmt.md", TAG, "v0.0.9"), f"docs/fmt.md names v0.0.9: write {TAG} instead"),
        (Repository.commit, "not on origin/main"),
    ],
)
def test_what_is_missing_is_said(
    repository: Repository, spoil: Callable[[Repository], object], word: str
) -> None:
    spoil(repository)
    assert any(word in line for line in refusals(repository))


def test_a_package_does_not_name_another_repository_than_it_comes_from(repository: Repository) -> None:
    (line,) = refusals(repository, address="https://github.com/somebody/else")
    assert "pyproject.toml names the repository https://github.com/OWNER/NAME" in line


def test_everything_is_said_at_once(repository: Repository) -> None:
    repository.commit()
    assert len(refusals(repository, tag="v8.0.0", address="https://example.com")) == 6
