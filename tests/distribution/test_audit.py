"""The audit of the lock for known vulnerabilities looks at every package, at its locked version."""

import tomllib
from pathlib import Path

from tools.audit_lock import locked, project

ROOT = Path(__file__).parents[2]


def test_every_locked_package_is_looked_at() -> None:
    """What is needed to run, and what working on it needs; where each applies."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        found = list(locked(text))
        assert len(found) == len([line for line in text.splitlines() if line[:1].isalnum()]) > 10
        assert not [requirement for requirement in found if "--hash" in requirement]
    needed = locked((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert set(map(without_marker, needed)) <= set(map(without_marker, found))


def without_marker(requirement: str) -> str:
    return requirement.partition(" ;")[0]


def test_the_project_that_is_audited_needs_exactly_these() -> None:
    """Markers with quotes of their own stay as they are."""
    told = tomllib.loads(project(["requests==2.0", "colorama==0.4.6 ; os_name == 'nt'"]))
    assert told["project"]["dependencies"] == ["requests==2.0", "colorama==0.4.6 ; os_name == 'nt'"]
