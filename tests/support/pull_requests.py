"""Pull requests in real Git: a shop's project, branches off main, and the checkouts that a job has."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reconcile.cli.console import Terminal
from reconcile.services.caller import ProjectChoice
from reconcile.services.project import Project as OpenedProject
from reconcile.services.project import open_project
from tests.support.project import SETTINGS, Project
from tests.support.repository import Repository
from tests.support.shop import NOW, Shop

CONFIG, FILE = "reconcile.yaml", "contacts/team.yaml"

GRACE, TOM, GEORGE = "grace.odell@example.com", "tom.wherry@example.com", "george.ashdown@example.com"


def declared(**tags: str) -> str:
    """The team as it is, but for one tag of each who is named by first name."""
    rows = []
    for email in (GRACE, TOM, GEORGE):
        tag = tags.get(email.partition(".")[0])
        facet = f", tags: [{tag}]" if tag else ""
        rows.append(f"  - {{email: {email}, roles: [customer]{facet}}}\n")
    return "contacts:\n" + "".join(rows)


@dataclass(frozen=True)
class MergedProject:
    """A repository with main, and the folders of a job beside it: ``base`` and ``head``."""

    shop: Shop
    folder: Path
    repository: Repository
    settings: str
    checkouts: list[str] = field(default_factory=list)

    @property
    def tip(self) -> str:
        return self.repository.git("rev-parse", "main")

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.repository.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def propose(self, files: dict[str, str], branch: str = "change", start: str = "main") -> str:
        """A branch with these files; the commit at its head."""
        self.repository.git("checkout", "--quiet", "-B", branch, start)
        self.write(files)
        head = self.repository.commit()
        self.repository.git("checkout", "--quiet", "main")
        return head

    def merge(self, head: str) -> str:
        """Merge it into main; the commit that this makes."""
        self.repository.git("merge", "--quiet", "--no-ff", "-m", "Merge", head)
        return self.tip

    def check_out(self, head: str) -> str:
        """What a job of its pull request has: ``base``, and the merge in ``head``; its first parent."""
        base = self.tip
        self.repository.git("checkout", "--quiet", "--detach", "main")
        self.repository.git("merge", "--quiet", "--no-ff", "-m", "Merge", head)
        self._worktree("head", "HEAD")
        self.repository.git("checkout", "--quiet", "main")
        self._worktree("base", base)
        return base

    def check_out_head(self, head: str) -> str:
        """The same where the forge makes no merge: ``head`` has the branch's own commit."""
        base = self.tip
        self._worktree("head", head)
        self._worktree("base", base)
        return base

    def _worktree(self, name: str, commit: str) -> None:
        if name in self.checkouts:
            self.repository.git("worktree", "remove", "--force", str(self.folder / name))
        else:
            self.checkouts.append(name)
        self.repository.git("worktree", "add", "--quiet", "--detach", str(self.folder / name), commit)

    def project(self, **variables: str) -> Project:
        """The command line in the folder of a job, with more in its environment."""
        return Project(self.folder, {**self.shop.environment, **variables})

    def opened(self, config: str = "base", declarations: str | None = "head") -> OpenedProject:
        """The project of a job, as of the time of the shop."""
        beside = self.folder / declarations if declarations else None
        choice = ProjectChoice(self.folder / config / CONFIG, beside, None, NOW, lambda: datetime.now(UTC))
        return open_project(choice, Terminal(quiet=True, verbose=False, bars=False))


def merged_project(shop: Shop, folder: Path) -> MergedProject:
    """A project whose main declares the team as it is."""
    folder.mkdir(exist_ok=True)
    settings = SETTINGS.format(url=shop.access.url)
    made = MergedProject(shop, folder, Repository.at(folder / "origin"), settings)
    made.write({".gitignore": ".reconcile/\n", CONFIG: settings, FILE: declared()})
    made.repository.commit("Begin")
    return made
