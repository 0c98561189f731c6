"""pyproject.toml, the locks and the pages that repeat what they say."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile import __version__

ROOT = Path(__file__).parent.parent.parent

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

README = (ROOT / "README.md").read_text(encoding="utf-8")

INSTALL = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")

LOCKS = ("requirements.txt", "requirements-dev.txt")

_PIN = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; .+)? \\$", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(_PIN.findall((ROOT / name).read_text(encoding="utf-8")))


def test_there_is_one_version() -> None:
    """What is installed, what runs, and what README and documentation tell to install."""
    assert PROJECT["version"] == __version__
    for page in (README, INSTALL):
        assert set(re.findall(r"(?:@|--branch )v([0-9][^\s\"]*)", page)) == {__version__}
        assert f"reconcile {__version__} (commit …)" in page


def test_there_is_one_address() -> None:
    """A package is not installed from another repository than it names."""
    address = PROJECT["urls"]["Repository"]
    for page in (README, INSTALL):
        assert set(re.findall(r"https://github\.com/[^\s/]+/[^\s/@]+", page)) == {address}
    assert all(url.startswith(address) for url in PROJECT["urls"].values())


def test_the_readme_begins_with_how_to_install() -> None:
    """And warns of the package that has the command's name."""
    first = README.split("\n## ")[1]
    assert first.startswith("Install\n")
    assert "`pip install reconcile` brings a stranger's" in " ".join(first.split())


def test_the_versions_of_python_are_those_that_are_tested() -> None:
    matrix = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]["checks"]
    tested = matrix["strategy"]["matrix"]["python"]
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert named == tested
    assert PROJECT["requires-python"] == f">={tested[0]}"


def test_what_the_tests_run_with_is_what_users_are_given() -> None:
    """A dependency has one version in both locks."""
    runtime, development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: development.get(name) for name in runtime} == runtime


def test_every_dependency_is_locked() -> None:
    """Nothing is asked for that the lock does not have, in the form in which the index spells names."""
    asked = {
        re.split(r"[><=~; ]", line, maxsplit=1)[0].lower().replace(".", "-")
        for line in PROJECT["dependencies"]
    }
    assert asked <= set(pins("requirements.txt"))


@pytest.mark.parametrize("name", [*LOCKS, "bench/requirements.txt"])
def test_a_lock_has_hashes_and_names_no_index(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) == len(_PIN.findall(text))  # a package may have another version for each Python
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
