"""One job on a machine of its own: a checkout, the commands as they stand in the file, what it leaves."""

import io
import re
import shlex
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.support.forge.fake_github import zipped
from tests.support.forge.git_command import git
from tests.support.forge.isolated_tool import install_tool
from tests.support.forge.timed_commands import with_time

from .pipeline_file import JobText, Row
from .rules import expanded

INSTALL = re.compile(r"/opt/|pip install|-m venv")
"""The commands that fetch the tool: a machine of the tests has it already."""

STARTED = re.compile(r"^reconcile\(\) \{ (.*); \}$", re.MULTILINE)
"""The function by which a job starts the tool."""


@dataclass(frozen=True)
class Machine:
    """``folder`` holds the checkout and the tool; ``as_of`` is what the commands' clock shows."""

    folder: Path
    as_of: datetime

    @property
    def checkout(self) -> Path:
        return self.folder / "builds" / "shop"

    def prepare(self, job: JobText, bare: Path, commit: str, archives: Iterable[bytes]) -> None:
        """Check the commit out, and put the artifacts of earlier jobs into it, as the runner does."""
        self.checkout.parent.mkdir(parents=True)
        git("clone", "--quiet", "--no-checkout", str(bare), str(self.checkout), at=self.folder)
        git("checkout", "--quiet", "--detach", commit, at=self.checkout)
        for archive in archives:
            with zipfile.ZipFile(io.BytesIO(archive)) as opened:
                opened.extractall(self.checkout)
        self._put_tool(job)

    def _put_tool(self, job: JobText) -> None:
        """The tool, and a command that starts it as the job's own function does."""
        tool = self.folder / "venv"
        install_tool(tool)
        command = self.folder / "bin" / "reconcile"
        command.parent.mkdir()
        timed = with_time(self.as_of.isoformat())
        function = STARTED.search(job.script("before_script"))
        started = function[1].replace("/opt/reconcile", shlex.quote(str(tool))) if function else "exit 127"
        command.write_text(f"#!/bin/sh\n{timed}\n{started}\n", encoding="utf-8")
        command.chmod(0o755)

    def run(self, script: str, variables: Mapping[str, str]) -> tuple[bool, str]:
        """Whether the commands succeeded, and what they printed."""
        if not script:
            return True, ""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.checkout,
            env=self._environment(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=90,
            check=False,
        )
        return done.returncode == 0, done.stdout

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        paths = f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin"
        here = {"HOME": str(self.folder), "CI_PROJECT_DIR": str(self.checkout), "GIT_CONFIG_NOSYSTEM": "1"}
        return {**variables, **here, "PATH": paths}

    def leave(self, job: JobText, *, succeeded: bool) -> bytes | None:
        """The archive of what the job leaves; None when it leaves nothing."""
        told: Row = job.keys.get("artifacts", {})
        when = told.get("when", "on_success")
        if when != "always" and succeeded != (when == "on_success"):
            return None
        paths = [expanded(path, job.variables) for path in told.get("paths", [])]
        found = {file for path in paths for place in self.checkout.glob(path) for file in _files(place)}
        if not found:
            return None
        return zipped({str(file.relative_to(self.checkout)): file.read_bytes() for file in sorted(found)})


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]


def commands(job: JobText) -> str:
    """What a job runs, without those commands that fetch the tool."""
    before = [line for line in job.script("before_script").splitlines() if not INSTALL.search(line)]
    return "\n".join([*before, job.script("script")])


def commands_after(job: JobText) -> str:
    """What it runs after all, in a shell of its own, with the tool where it is on this machine."""
    lines = job.script("after_script").splitlines()
    return "\n".join(line for line in lines if not INSTALL.search(line))
