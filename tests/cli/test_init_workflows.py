"""``reconcile init --ci``: our own workflows, with the tool from its repository at one commit."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from reconcile.cli import version
from reconcile.cli.commands import init
from reconcile.services.starting.ci_files import ForgeKind, PipelineScope, ToolSource, ci_files
from tests.support.command_line import CommandResult, run_command

ROOT = Path(__file__).parent.parent.parent

BIN = Path(sys.executable).parent

COMMIT = "387dfcd1f0c2a4b6d8e0f1a3b5c7d9e0f2a4b6c8"

TOOL = ToolSource("1.2.3", "https://github.example/acme/reconcile", COMMIT)

CALLED = rf"acme/reconcile/.github/workflows/reconcile-\w+\.yml@{COMMIT} # v1\.2\.3"


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / ".git").mkdir(parents=True)
    return folder


def init_in(folder: Path, *arguments: str) -> CommandResult:
    return run_command("init", *arguments, environment={"HOME": str(folder)}, folder=folder)


@pytest.mark.parametrize("name", ["plan", "apply", "drift"])
def test_they_are_our_own_but_for_the_tool(name: str) -> None:
    """One source: what is changed in our own is changed in what others get."""
    files = {file.path: file.text for file in ci_files(ForgeKind.GITHUB, TOOL, (), PipelineScope("shop"))}
    written, own = files[f".github/workflows/{name}.yml"], ROOT / ".github" / "workflows" / f"{name}.yml"
    theirs, ours = written.splitlines()[1:], own.read_text().splitlines()[1:]
    assert len(theirs) == len(ours)
    differing = [(there, here) for there, here in zip(theirs, ours, strict=True) if there != here]
    assert differing
    for there, here in differing:
        assert re.fullmatch(r" +uses: \$/\.github/workflows/reconcile-\w+\.yml", here)
        assert re.fullmatch(rf" +uses: {CALLED}", there)


def test_they_are_valid_and_pinned(empty: Path) -> None:
    """By the published schemas, and by zizmor at its pedantic level."""
    for file in (
        *ci_files(ForgeKind.GITHUB, TOOL, (), PipelineScope("shop")),
        *ci_files(ForgeKind.GITLAB, TOOL, (), PipelineScope("shop")),
    ):
        path = empty / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
        assert not re.search(r"@[A-Z]+@|uses: [$.]/|OWNER|\bCOMMIT\b(?!\")", file.text), file.path
        schema = "github-workflows" if file.path.startswith(".github") else "gitlab-ci"
        _run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", str(path), folder=empty)
    _run(
        "zizmor", "--offline", "--persona=pedantic", "--no-progress", "--color=never", ".github", folder=empty
    )


def _run(program: str, *arguments: str, folder: Path) -> None:
    command = [str(BIN / program), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_github_gets_workflows_and_owners(empty: Path) -> None:
    """The ending says what is set up by hand, and, here in a checkout, what nobody can know."""
    done = init_in(empty, "--ci", "github", "--owners", "@acme/access", "--owners", "ann@example.com")
    assert done.code == 0, done.said
    assert [path.name for path in sorted((empty / ".github" / "workflows").iterdir())] == [
        "apply.yml", "drift.yml", "plan.yml",
    ]  # fmt: skip
    owners = (empty / ".github" / "CODEOWNERS").read_text()
    assert "/contacts/ @acme/access ann@example.com\n" in owners
    assert "/.github/ @acme/access" in owners
    assert "docs/ci.md" in done.out
    assert "Replace OWNER/NAME by the repository that holds reconcile in them.\n" in done.out
    before = {path: path.read_bytes() for path in empty.rglob("*") if path.is_file()}
    again = init_in(empty, "--ci", "github", "--owners", "@acme/access")
    assert "kept     .github/CODEOWNERS; add these lines:\n    /contacts/ @acme/access\n" in again.out
    assert before == {path: path.read_bytes() for path in empty.rglob("*") if path.is_file()}


def test_gitlab_gets_a_pipeline(empty: Path) -> None:
    """For the project's own target, with its owners where GitLab looks for them."""
    done = init_in(empty, "--ci", "gitlab", "--account", "a.evance.me", "--owners", "@access")
    assert done.code == 0, done.said
    pipeline = yaml.safe_load((empty / ".gitlab-ci.yml").read_text())
    assert pipeline["plan shop"]["variables"] == {"TARGET": "shop"}
    owners = (empty / "CODEOWNERS").read_text()
    assert "/.gitlab-ci.yml @access\n/CODEOWNERS @access\n" in owners
    assert "docs/gitlab-ci.md" in done.out
    assert not (empty / ".github").exists()


CONFIGURATION = """\
version: 1
contacts: people
target: main
targets: {main: {kind: evance, account: a.evance.me}, other: {kind: sandbox, contacts: "a b"}}
"""


def test_it_is_for_the_configuration_that_is_there(empty: Path) -> None:
    """For its target, its folders, and what would be taken for earlier runs."""
    (empty / "reconcile.yaml").write_text(CONFIGURATION)
    assert init_in(empty, "--ci", "gitlab", "--owners", "@access").code == 0
    assert yaml.safe_load((empty / ".gitlab-ci.yml").read_text())["apply main"]["needs"] == ["preview main"]
    owned = [line.split()[0] for line in (empty / "CODEOWNERS").read_text().splitlines()[1:]]
    everything_else = ["/.gitlab-ci.yml", "/CODEOWNERS", "/reconcile.yaml", "/evance.capabilities.yaml"]
    assert owned == ["/people/", "*", *everything_else, "/.reconcile/"]


@pytest.mark.parametrize("place", ["CODEOWNERS", "docs/CODEOWNERS", ".github/CODEOWNERS"])
def test_owners_that_are_named_already_go_on_counting(empty: Path, place: str) -> None:
    """The forge takes one file alone: another one would switch off the reviews that the first asks for."""
    (empty / place).parent.mkdir(exist_ok=True)
    (empty / place).write_text("* @security\n/reconcile.yaml   @access\n")
    done = init_in(empty, "--ci", "github", "--owners", "@access")
    assert f"kept     {place}; add these lines:\n    /contacts/ @access\n    /.github/ @access\n" in done.out
    assert "    /reconcile.yaml" not in done.out
    assert [path.relative_to(empty).as_posix() for path in empty.rglob("CODEOWNERS")] == [place]


def test_the_tool_is_that_which_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """As its installer noted it."""
    origin = version.CodeOrigin(COMMIT, repository="https://github.example/acme/reconcile")
    monkeypatch.setattr(version, "code_origin", lambda _package: origin)
    tool = init._Workflows("github", ()).tool
    assert (tool.repository, tool.commit, tool.unknown) == (origin.repository, COMMIT, ())
    monkeypatch.setattr(version, "code_origin", lambda _package: None)
    words = [word.split()[0] for word in init._Workflows("github", ()).tool.unknown]
    assert words == ["OWNER/NAME", "COMMIT"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--owners", "@a"), "--ci github or --ci gitlab"),
        (("--ci", "github", "--owners", "acme\n* @mallory"), "is no owner"),
        (("--ci", "github", "below"), "at the root of the repository"),
    ],
)
def test_a_wrong_call_writes_nothing(empty: Path, arguments: tuple[str, ...], told: str) -> None:
    """Workflows that no forge looks for would protect nothing."""
    done = init_in(empty, *arguments)
    assert (done.code, told in done.err) == (64, True), done.said
    assert list(empty.iterdir()) == [empty / ".git"]
