"""``reconcile ci targets``: the targets of the target branch's configuration."""

import json
from pathlib import Path

import pytest

from tests.support.project import Project

SETTINGS = """\
version: 1
targets:
  sandbox: {kind: sandbox}
  uk: {kind: sandbox, url: "http://127.0.0.1:1"}
  ie: {kind: sandbox, url: "http://127.0.0.1:2"}
"""

CASES = {
    "all but the embedded sandbox": ("", (), ["uk", "ie"]),
    "those of the configuration": ("ci: {targets: [ie]}\n", (), ["ie"]),
    "the one that was asked for": ("", ("--target", "uk"), ["uk"]),
    "none": ("ci: {targets: [ie]}\n", ("--target", "uk"), []),
}


@pytest.mark.parametrize("case", CASES)
def test_targets(tmp_path: Path, case: str) -> None:
    more, arguments, names = CASES[case]
    project = Project(tmp_path)
    project.configure(SETTINGS + more)
    done = project.run("ci", "targets", *arguments, environment={"GITHUB_OUTPUT": str(tmp_path / "out")})
    assert (done.code, json.loads(done.out)) == (0, names), done.said
    assert (tmp_path / "out").read_text() == f"targets={json.dumps(names)}\n"


def test_without_a_configuration_there_is_none_yet(tmp_path: Path) -> None:
    arguments = ("--config", "base/reconcile.yaml", "--outputs", "values.env")
    done = Project(tmp_path).run("ci", "targets", *arguments)
    assert (done.code, done.out) == (0, "[]\n")
    assert "merging brings it, and the run by hand applies" in done.err
    assert (tmp_path / "values.env").read_text() == "targets=[]\n"


def test_an_invalid_configuration_is_no_list(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.configure("version: 1\nunheard-of: true\n")
    assert project.run("ci", "targets").code == 65


def test_a_name_that_no_job_can_have_is_no_list(tmp_path: Path) -> None:
    """It would be a path where journals are kept, or another target in the name of a job."""
    project = Project(tmp_path)
    project.configure(SETTINGS.replace("  ie:", '  "../uk) ":'))
    done = project.run("ci", "targets", "--outputs", "values.env")
    assert (done.code, done.out) == (3, ""), done.said
    assert "the target '../uk) ' can't be worked on in a pipeline" in done.err
    assert not (tmp_path / "values.env").exists()
