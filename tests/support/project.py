"""A project folder of its own, in which the command line runs."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.command_line import CommandResult, run_command
from tests.support.shop import Shop

RUNNERS = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD")
"""What tells the tool that it runs in a job of a CI system."""

AS_OF = "2026-11-23T09:00:00Z"

SETTINGS = """\
version: 1
timezone: Europe/London
target: local
targets:
  local: {{kind: sandbox, url: "{url}", rate: 1000}}
ignore: {{roles: [staff-*], tags: ["auto:*"]}}
protect: {{roles: [administrator], contacts: [owner@example.com]}}
"""


@dataclass(frozen=True)
class Project:
    """A folder with a configuration and declarations, and the credentials in the environment."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def declare(self, text: str, file: str = "contacts/team.yaml") -> None:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def configure(self, text: str) -> None:
        (self.root / "reconcile.yaml").write_text(text, encoding="utf-8")

    def process_environment(self) -> dict[str, str]:
        """The environment of a process that is to reach the account."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("EVANCE_")}
        for name in RUNNERS:  # where the log of a CI system is, e-mails are masked
            clean.pop(name, None)
        return {**clean, **self.environment}

    def run(
        self, *arguments: str, environment: dict[str, str] | None = None, entered: str = ""
    ) -> CommandResult:
        """Run the command within this process; its standard input is no terminal."""
        assert not any(name.startswith("PYTHON") for name in {**self.environment, **(environment or {})})
        told = {**self.process_environment(), **(environment or {})}
        return run_command(*arguments, environment=told, folder=self.root, entered=entered)

    def run_process(self, *arguments: str, environment: dict[str, str] | None = None) -> CommandResult:
        """Run the command in a process of its own, for what is about processes and how Python starts."""
        done = subprocess.run(
            [sys.executable, "-m", "reconcile", *arguments],
            cwd=self.root,
            env={**self.process_environment(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return CommandResult(done.returncode, done.stdout, done.stderr)


def project_for(shop: Shop, root: Path) -> Project:
    project = Project(root, shop.environment)
    project.configure(SETTINGS.format(url=shop.access.url))
    return project
