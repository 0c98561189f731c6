"""What Git knows of a repository, for the stand-ins of forges: in memory, or from a real bare repository."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha1
from itertools import count
from pathlib import Path
from typing import Protocol

Commit = tuple[str, list[str]]
"""A commit with its parents."""


class History(Protocol):
    """What the stand-ins ask."""

    def tip(self, branch: str) -> str | None:
        """The commit at the tip of a branch."""

    def commits(self, commit: str) -> list[Commit]:
        """A commit and all that it stands on, newest first; empty for one that is not there."""

    def files(self, commit: str, folder: str) -> dict[str, str]:
        """The entries of a folder (or the file) with the names of their Git objects; empty without it."""

    def move(self, branch: str, commit: str) -> None:
        """Let a branch stand at a commit."""


def merge_base(history: History, one: str, other: str) -> str | None:
    """The newest commit that both stand on."""
    ancestors = {commit for commit, _ in history.commits(one)}
    return next((commit for commit, _ in history.commits(other) if commit in ancestors), None)


@dataclass
class WrittenHistory:
    """Commits in memory. ``texts`` are the entries of folders by commit, such as ``.github``."""

    branches: dict[str, str] = field(default_factory=dict)
    parents: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def commit(self, branch: str, *parents: str, **folders: dict[str, str]) -> str:
        """A new commit at the tip of a branch, by default on its tip, with the text of its first parent.

        ``folders`` are named without the dot: ``github={"workflows": "7"}``.
        """
        tip = self.branches.get(branch)
        above = list(parents) or ([tip] if tip else [])
        name = sha1(f"{branch} {next(self.numbers)}".encode(), usedforsecurity=False).hexdigest()
        self.parents[name], self.branches[branch] = above, name
        inherited = self.texts[above[0]] if above else {}
        self.texts[name] = inherited | {f".{folder}": entries for folder, entries in folders.items()}
        return name

    def tip(self, branch: str) -> str | None:
        return self.branches.get(branch)

    def commits(self, commit: str) -> list[Commit]:
        """In the order in which they were made, the newest first."""
        seen, waiting = set[str](), [commit] if commit in self.parents else []
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self.parents[name]
        return [(name, self.parents[name]) for name in reversed(self.parents) if name in seen]

    def files(self, commit: str, folder: str) -> dict[str, str]:
        return self.texts.get(commit, {}).get(folder, {})

    def move(self, branch: str, commit: str) -> None:
        self.branches[branch] = commit


@dataclass(frozen=True)
class GitHistory:
    """A bare repository."""

    bare: Path

    def tip(self, branch: str) -> str | None:
        return self._git("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}") or None

    def commits(self, commit: str) -> list[Commit]:
        lines = self._git("log", "--format=%H %P", commit).splitlines()
        return [(name, parents) for name, *parents in map(str.split, lines)]

    def files(self, commit: str, folder: str) -> dict[str, str]:
        """A folder's entries by their names; for a file, itself."""
        lines = self._git("ls-tree", commit, folder, f"{folder}/").splitlines()
        rows = [(line.partition("\t")[2], line.split()[2]) for line in lines]
        return {path.rpartition("/")[2]: name for path, name in rows if "/" in path or len(rows) == 1}

    def move(self, branch: str, commit: str) -> None:
        self._git("update-ref", f"refs/heads/{branch}", commit)

    def _git(self, *arguments: str) -> str:
        """What a command prints; nothing when it fails."""
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *arguments], cwd=self.bare, env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""
