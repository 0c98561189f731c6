"""A job on GitHub in real folders: its environment, its event, and what it leaves for others."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.support.forge.fake_github import REPOSITORY, TOKEN, FakeGitHub


@dataclass(frozen=True)
class GitHubJob:
    """A job of a run, with files for its event, its outputs and its summary in a folder."""

    fake_github: FakeGitHub
    folder: Path
    run: int = 5

    @property
    def outputs(self) -> dict[str, str]:
        """What it handed to later jobs; the last of two values."""
        path = self.folder / "outputs"
        lines = path.read_text().splitlines() if path.exists() else []
        return dict(line.split("=", 1) for line in lines)

    @property
    def summary(self) -> str:
        path = self.folder / "summary.md"
        return path.read_text() if path.exists() else ""

    def of_pull_request(self, number: int, head: str) -> dict[str, str]:
        """The environment of a job of a pull request."""
        pull = {"number": number, "head": {"sha": head}, "base": {"ref": "main"}}
        return self._environment(
            {"pull_request": pull}, f"refs/pull/{number}/merge", "pull_request", "0" * 40
        )

    def of_main(
        self, commit: str, *, ref: str = "refs/heads/main", event: str = "push", attempt: int = 1
    ) -> dict[str, str]:
        """The environment of a job on main."""
        return {**self._environment({}, ref, event, commit), "GITHUB_RUN_ATTEMPT": str(attempt)}

    def _environment(self, event: dict[str, object], ref: str, name: str, commit: str) -> dict[str, str]:
        repository = {"default_branch": "main", "visibility": "private", "full_name": REPOSITORY}
        path = self.folder / "event.json"
        path.write_text(json.dumps({**event, "repository": repository}))
        return {
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_API_URL": self.fake_github.api.url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_SHA": commit,
            "GITHUB_REF": ref,
            "GITHUB_REF_NAME": ref.removeprefix("refs/heads/").removeprefix("refs/tags/"),
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_RUN_ID": str(self.run),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "GITHUB_OUTPUT": str(self.folder / "outputs"),
        }
