"""The project's files as they stand, in a repository of their own, as a new clone has them."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.repository import Repository

ROOT = Path(__file__).parent.parent.parent

_TOP = (".gitattributes", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "pyproject.toml")
_FOLDERS = ("reconcile", "contacts", "tests/cases/plan")


def committed_copy(folder: Path) -> Repository:
    """A repository whose one commit has what a user needs of the project, and a few tests to be left out."""
    folder.mkdir()
    for file in (*_TOP, "reconcile.yaml", *(path.name for path in ROOT.glob("requirements*.txt"))):
        shutil.copy(ROOT / file, folder)
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "reconcile" / "commit.txt").write_text("$Format:%H$\n")  # in an archive ours is filled in
    repository = Repository.at(folder)
    repository.commit()
    return repository


def lend_environment(repository: Repository, name: str) -> None:
    """Let the copy's Makefile use the environment that runs the tests: it has what `make setup` installs."""
    folder = repository.root / name
    folder.mkdir()
    for part in ("bin", "lib", "pyvenv.cfg"):
        (folder / part).symlink_to(Path(sys.prefix) / part)
    for stamp in (".runnable", ".ready"):
        (folder / stamp).touch()


def make(repository: Repository, *arguments: str) -> str:
    """What a target prints; it must succeed."""
    done = subprocess.run(
        ["make", *arguments],
        cwd=repository.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
