"""docs/first-hour.md from its first line to its last, the installation included, as somebody new types it."""

import os
import sys
from pathlib import Path

import pytest

from tests.support.pages.documented_commands import AT_A_TERMINAL, WITH_GIT, Reader, follow
from tests.support.pages.shell_session import shell_session
from tests.support.repository import Repository
from tests.support.source_copy import ROOT, committed_copy

PAGE = (ROOT / "docs" / "first-hour.md").read_text(encoding="utf-8")

ACCOUNT_ONLY = 'EVANCE_CREDENTIALS="$PWD/shop.evance.json"'

ADDRESS = "https://github.com/OWNER/NAME"


def git_settings(settings: dict[str, str]) -> dict[str, str]:
    """Settings of Git as environment variables."""
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def released_copy(folder: Path) -> Repository:
    """The project as it stands, under the tag that the page installs."""
    repository = committed_copy(folder)
    repository.git("tag", "v0.1.0")
    return repository


def python_alone(folder: Path) -> str:
    """A search path with Python and the system's programs, where no `reconcile` is."""
    folder.mkdir()
    python = folder / "python3"
    python.write_text(f'#!/bin/sh\nexec "{sys._base_executable}" "$@"\n')  # type: ignore[attr-defined]
    python.chmod(0o755)
    return f"{folder}:/usr/local/bin:/usr/bin:/bin"


@pytest.mark.long
@pytest.mark.timeout(1_500)
def test_the_first_hour_from_the_first_line_to_the_last(tmp_path: Path) -> None:
    """With Python and Git, and nothing else: the address of the page leads to a copy of this project."""
    repository = released_copy(tmp_path / "project")
    home = tmp_path / "home"
    home.mkdir()
    leads_here = {f"url.{repository.root.as_uri()}.insteadOf": ADDRESS, "protocol.file.allow": "always"}
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    own = {"HOME": str(home), "PATH": python_alone(tmp_path / "bin"), **git_settings(leads_here)}
    with shell_session(home, {**clean, **AT_A_TERMINAL, **WITH_GIT, **own}) as shell:
        assert "not found" in shell.run("reconcile --version")
        follow(PAGE, Reader(shell, in_process=False))


def test_nothing_of_the_page_is_left_out() -> None:
    """Each block is a terminal's, whose commands are run, but for what needs an account of one's own."""
    fences = PAGE.split("```")[1::2]
    assert {fence.partition("\n")[0] for fence in fences} == {"console"}
    indented = [
        line for fence in PAGE.split("```")[::2] for line in fence.splitlines() if line.startswith("    ")
    ]
    assert [line.split()[:2] for line in indented] == [
        ["reconcile", "init"],
        ["chmod", "600"],
        ["export", ACCOUNT_ONLY],
    ]
