"""A project folder under Git, with real commits."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.project import Project


@dataclass(frozen=True)
class Repository:
    """A Git repository around a folder. Nothing of the machine's own configuration takes part."""

    root: Path

    @classmethod
    def at(cls, root: Path) -> "Repository":
        root.mkdir(exist_ok=True)
        made = cls(root)
        made.git("init", "-q", "-b", "main")
        return made

    def git(self, *arguments: str) -> str:
        settings = ("user.name=a", "user.email=a@example.com", "protocol.file.allow=always")
        options = [word for setting in settings for word in ("-c", setting)]
        done = subprocess.run(
            ["git", "-C", str(self.root), *options, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, message: str = "Change") -> str:
        """Commit everything; the name of the commit."""
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


def under_git(project: Project) -> Repository:
    """The project's folder as a repository whose first commit has what stands in it."""
    (project.root / ".gitignore").write_text(".reconcile/\n")
    repository = Repository.at(project.root)
    repository.commit("Begin")
    return repository
