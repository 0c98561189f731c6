"""A bare repository and a clone of it: what people of any team do with Git."""

from pathlib import Path

from tests.support.forge.git_command import git


class WorkingClone:
    """The repository that the forge has, ``bare``, and the one that a person works in, ``clone``."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.clone = folder / "bare.git", folder / "clone"
        git("init", "--quiet", "--bare", str(self.bare), at=folder)
        git("clone", "--quiet", str(self.bare), str(self.clone), at=folder)
        git("checkout", "--quiet", "-b", "main", at=self.clone)

    def write(self, path: str, text: str) -> None:
        """Write a file of the clone."""
        (self.clone / path).parent.mkdir(parents=True, exist_ok=True)
        (self.clone / path).write_text(text, encoding="utf-8")

    def commit(self, message: str, branch: str) -> str:
        """Commit everything and push it."""
        git("add", "--all", at=self.clone)
        git("commit", "--quiet", "--allow-empty", "-m", message, at=self.clone)
        git("push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{branch}", at=self.clone)
        return git("rev-parse", "HEAD", at=self.clone)

    @property
    def tip(self) -> str:
        """The commit at the tip of main."""
        return git("rev-parse", "refs/heads/main", at=self.bare)
