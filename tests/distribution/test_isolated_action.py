"""The tool as the action installs and starts it: nothing of the folder that a job runs in takes part."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.forge.isolated_tool import install_tool

ROOT = Path(__file__).parents[2]

ACTION = ROOT / ".github" / "actions" / "reconcile"

STRANGERS = ("reconcile", "requests", "click", "sitecustomize", "usercustomize", "pip", "venv", "sysconfig")

SETTINGS = """\
[global]
index-url = http://127.0.0.1:9/
no-index = true
no-binary = :all:
require-hashes = false
"""


def hostile(folder: Path) -> dict[str, str]:
    """A checkout that would run its own code, and variables that would let it, were they heeded."""
    folder.mkdir()
    for name in STRANGERS:
        (folder / f"{name}.py").write_text("raise SystemExit('this is the code of a stranger')\n")
    (folder / "yaml").mkdir()
    (folder / "yaml" / "__init__.py").write_text("raise SystemExit('this is the code of a stranger')\n")
    (folder / "pip.conf").write_text(SETTINGS)
    place = str(folder)
    return {
        "PYTHONPATH": place,
        "PYTHONHOME": place,
        "PYTHONUSERBASE": place,
        "PYTHONINSPECT": "1",
        "PYTHONWARNINGS": "error",
        "PIP_CONFIG_FILE": f"{place}/pip.conf",
        "PIP_NO_INDEX": "1",
        "PIP_TARGET": place,
        "HOME": place,
        "XDG_CONFIG_HOME": place,
        "XDG_CONFIG_DIRS": place,
    }


def validated(folder: Path, temp: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """How the action's command ends there."""
    return subprocess.run(
        [str(ACTION / "bin" / "reconcile"), "validate", "--config", str(ROOT / "reconcile.yaml")],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "RUNNER_TEMP": str(temp), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_no_module_comes_from_the_folder_that_it_runs_in(tmp_path: Path) -> None:
    """A branch may hold a ``requests.py`` at its root, a ``sitecustomize.py``, or a folder ``yaml``."""
    variables = hostile(tmp_path / "work")
    install_tool(tmp_path / "temp" / "reconcile")
    done = validated(tmp_path / "work", tmp_path / "temp", variables)
    assert (done.returncode, "no problems" in done.stdout) == (0, True), done.stderr


def test_the_strangers_would_run_if_they_were_let(tmp_path: Path) -> None:
    """The one above could fail: Python not isolated takes them."""
    hostile(tmp_path / "work")
    command = [sys.executable, "-c", "import requests"]
    done = subprocess.run(
        command, cwd=tmp_path / "work", capture_output=True, text=True, timeout=60, check=False
    )
    assert "the code of a stranger" in done.stderr


@pytest.mark.long
@pytest.mark.timeout(300)
def test_it_is_installed_from_locked_wheels_and_nothing_else(tmp_path: Path) -> None:
    """By the action's own script, from the package index, in a checkout that would have it otherwise."""
    variables = hostile(tmp_path / "work")
    temp, path = tmp_path / "temp", tmp_path / "path"
    temp.mkdir()
    network = re.compile(r"SSL_CERT_.*|.*_CA_BUNDLE|.*_proxy", re.IGNORECASE)  # how this machine gets out
    outside = {name: value for name, value in os.environ.items() if network.fullmatch(name)}
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    done = subprocess.run(
        [str(ACTION / "install")],
        cwd=tmp_path / "work",
        env={
            **variables,
            **outside,
            "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_PATH": str(path),
            "RUNNER_TEMP": str(temp),
        },
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert path.read_text() == f"{ACTION / 'bin'}\n"
    (package,) = (temp / "reconcile").glob("lib/python3.*/site-packages/reconcile")
    assert not package.is_symlink()
    assert validated(tmp_path / "work", temp, variables).returncode == 0


def test_every_package_is_a_locked_wheel() -> None:
    """In the action and in the Makefile: by hash, not built, by an isolated Python."""
    texts = [(ACTION / "install").read_text(), (ROOT / "Makefile").read_text()]
    commands = [
        command
        for text in texts
        for command in text.replace("\\\n", " ").splitlines()
        if "pip" in command and " install " in command and "`" not in command
    ]
    assert len(commands) == 3
    for command in commands:
        locked = "--require-hashes" in command and "--only-binary :all:" in command
        own = "--no-index" in command and "--no-deps" in command and command.endswith("-e .")
        assert "-I -m pip" in command, command
        assert locked or own, command
