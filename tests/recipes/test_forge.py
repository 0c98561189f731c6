"""A forge is a class and one row: a toy forge is detected and takes a comment, with nothing else touched."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult
from tests.support.project import Project, project_for
from tests.support.shop import Shop

TOY_FORGE = """\
import json, sys
from pathlib import Path
from reconcile.forge.environment import CiEnvironment
from reconcile.forge.forges import FORGES, ForgeSpec
from reconcile.forge.protocol import Comment
from reconcile.model.record import Provenance

class PaperForge:
    def __init__(self, path):
        self.path = Path(path)

    def comments(self, number):
        rows = json.loads(self.path.read_text()) if self.path.exists() else []
        return iter([Comment(str(place), "pencil", body) for place, body in enumerate(rows)])

    def post(self, number, body):
        self._write([*self._bodies(number), body])
        return Comment("new", "pencil", body)

    def edit(self, number, comment, body):
        bodies = self._bodies(number)
        bodies[int(comment.id)] = body
        self._write(bodies)

    def _bodies(self, number):
        return [comment.body for comment in self.comments(number)]

    def _write(self, bodies):
        self.path.write_text(json.dumps(bodies))

def read_paper_environment(environment):
    forge = PaperForge(environment["PAPER"])
    return CiEnvironment(forge, None, "pencil", "c" * 40, "main", "paper://files", "paper://run", number=1)

def read_paper_provenance(environment):
    return Provenance("pencil", run="paper://run")

FORGES.append(ForgeSpec("Paper", "PAPER", read_paper_environment, read_paper_provenance))
from reconcile.cli.command_line import main
main(sys.argv[1:])
"""


COMMENT = ("ci", "comment", "--targets", '["local"]')


@pytest.fixture
def project(shop: Shop, tmp_path: Path) -> Project:
    """A project."""
    return project_for(shop, tmp_path)


def with_toy_forge(project: Project, *arguments: str, **environment: str) -> CommandResult:
    """A command in a process whose table of forges has one row more."""
    known = {"GITHUB_REPOSITORY", "CI_PROJECT_ID"}
    clean = {name: value for name, value in project.process_environment().items() if name not in known}
    done = subprocess.run(
        [sys.executable, "-c", TOY_FORGE, *arguments],
        cwd=project.root,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return CommandResult(done.returncode, done.stdout, done.stderr)


def test_a_toy_forge_takes_the_comment(project: Project) -> None:
    """One comment, edited in place by the second run."""
    path = project.root / "paper.json"
    for _ in range(2):
        result = with_toy_forge(project, *COMMENT, PAPER=str(path))
        assert result.code == 0, result.err
    (body,) = json.loads(path.read_text())
    assert body.startswith("<!-- reconcile:plan ")
    assert "No plan was made for this commit" in body


def test_a_toy_forge_is_named_where_no_forge_is_found(project: Project) -> None:
    """The sentence is made from the table."""
    result = with_toy_forge(project, *COMMENT)
    assert result.code == 64
    assert "no job of GitHub or GitLab or Paper: neither GITHUB_REPOSITORY nor CI_PROJECT_ID nor PAPER" in (
        result.err
    )
