"""``reconcile fmt`` by hand: which files it lays out, what it says, and what it leaves alone."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.support.project import AS_OF, Project, project_for
from tests.support.repository import Repository
from tests.support.shop import Shop

ODD = "contacts:\n- {email:  ann@example.com,tags: ['vip']}  # Ann\n"

LAID_OUT = "contacts:\n  - {email: ann@example.com, tags: [vip]}  # Ann\n"

WRONG = "contacts:\n- {email: bob@example.com,  tag: [vip]}\n"

LEFT_OPEN = "contacts:\n- {email: bob@example.com\n"

HOOKS = Path(__file__).parent.parent.parent / ".pre-commit-hooks.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.configure("version: 1\n")
    return project


def text_of(project: Project, file: str) -> str:
    return (project.root / file).read_text(encoding="utf-8")


def test_files_are_laid_out_and_named(project: Project) -> None:
    """Each that changes on standard output, the numbers on standard error; once is enough."""
    project.declare(ODD, "contacts/a.yaml")
    project.declare(LAID_OUT, "contacts/trade/b.yml")
    done = project.run("fmt")
    said = "1 file laid out, 1 file in the canonical layout already.\n"
    assert (done.code, done.out, done.err) == (0, "contacts/a.yaml\n", said)
    assert text_of(project, "contacts/a.yaml") == LAID_OUT
    again = project.run("fmt")
    assert (again.code, again.out, again.err) == (0, "", "2 files in the canonical layout already.\n")
    assert project.run("fmt", "--quiet").said == "\n--- 0\n"


def test_what_a_killed_one_left_is_swept(project: Project) -> None:
    """The file is as it was; the next fmt takes away what `git add` would have taken in."""
    project.declare(ODD, "contacts/a.yaml")
    code = (
        "import os, pathlib; from reconcile.cli.command_line import main; "
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), 9); main(['fmt'])"
    )
    subprocess.run([sys.executable, "-c", code], cwd=project.root, timeout=60, check=False)
    contacts = project.root / "contacts"
    assert [text_of(project, "contacts/a.yaml"), len(list(contacts.iterdir()))] == [ODD, 2]
    assert project.run("fmt", "--check").code == 2
    assert project.run("fmt").code == 0
    assert [path.name for path in contacts.iterdir()] == ["a.yaml"]


def test_a_check_writes_nothing(project: Project) -> None:
    """It exits with 2, as whatever finds changes pending; a diff alone is no check."""
    project.declare(ODD, "contacts/a.yaml")
    done = project.run("fmt", "--check")
    assert (done.code, done.out) == (2, "contacts/a.yaml\n")
    assert done.err == "1 file to lay out; 'reconcile fmt' lays it out.\n"
    diff = project.run("fmt", "--diff")
    assert diff.code == 0
    assert diff.out.splitlines()[-2:] == [f"-{ODD.splitlines()[1]}", f"+{LAID_OUT.splitlines()[1]}"]
    assert project.run("fmt", "--check", "--diff").code == 2
    assert text_of(project, "contacts/a.yaml") == ODD
    logged = project.run("fmt", "--diff", environment={"CI": "true"}).out
    assert logged == "contacts/a.yaml: its lines name people and are masked here\n"


def test_one_odd_file_stops_no_other(project: Project) -> None:
    """Its problems are told at their lines, it is not touched, and all others are laid out."""
    project.declare(WRONG, "contacts/a.yaml")
    project.declare(ODD, "contacts/b.yaml")
    project.declare(LEFT_OPEN, "contacts/c.yaml")
    done = project.run("fmt")
    assert (done.code, done.out) == (65, "contacts/b.yaml\n")
    assert done.err.splitlines()[0] == "1 file laid out, 2 files with errors, not touched."
    assert done.err.splitlines()[1].startswith(
        "contacts/a.yaml:2:29: unknown key 'tag'; did you mean 'tags'?"
    )
    assert "contacts/c.yaml:2:3:" in done.err
    assert text_of(project, "contacts/a.yaml") == WRONG
    assert text_of(project, "contacts/c.yaml") == LEFT_OPEN


def test_a_file_without_a_known_layout_is_left(project: Project) -> None:
    """A blank that a backslash keeps at the end of a line would be lost: the new text is read first."""
    odd = 'contacts:\n- email: ann@example.com\n  profile: {company: "A\\ \n    B"}\n'
    project.declare(odd, "contacts/a.yaml")
    project.declare(ODD, "contacts/b.yaml")
    done = project.run("fmt")
    assert (done.code, done.out) == (1, "contacts/b.yaml\n")
    summary, message = done.err.splitlines()
    assert summary == "1 file laid out, 1 file left as found."
    assert message.startswith("contacts/a.yaml: no layout is known that surely says the same")
    assert text_of(project, "contacts/a.yaml") == odd


def test_what_stands_in_other_files_does_not_count(project: Project) -> None:
    """A bundle that is missing is no matter of layout: `validate` says so."""
    project.declare(ODD.replace("tags: ['vip']", "bundles: [x]"), "contacts/a.yaml")
    assert project.run("fmt").code == 0
    assert project.run("validate").code == 65


def test_named_files_and_folders_need_no_configuration(project: Project) -> None:
    """As a hook and an editor name them; hidden files and others are passed over in a folder."""
    (project.root / "reconcile.yaml").unlink()
    for file in ("a/b.yaml", "a/.c.yaml", "a/d.txt", "e.yaml", "f.yaml"):
        project.declare(ODD, file)
    done = project.run("fmt", "a", "e.yaml")
    assert (done.code, done.out) == (0, "a/b.yaml\ne.yaml\n")
    assert [text_of(project, file) for file in ("a/.c.yaml", "a/d.txt", "f.yaml")] == [ODD] * 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope.yaml"], "there is no file or folder 'nope.yaml'"),
        (["reconcile.yaml"], "'reconcile.yaml' holds no declarations"),
        (["-", "reconcile.yaml"], "'-' stands alone"),
        (["-", "--diff"], "'-' stands alone"),
    ],
)
def test_a_wrong_call_says_what_to_do(project: Project, arguments: list[str], message: str) -> None:
    """With the code of a wrong call."""
    done = project.run("fmt", *arguments)
    assert (done.code, done.out) == (64, "")
    assert done.err.startswith(message)


COMMENTED = """\
# Our people.
bundles: {b: {tags: [trade, {value: vip, starts: '2027-02-01'}]}}
contacts:
- roles: [ customer,   # always
    'press' ]
  # by telephone
  email: "grace.odell@example.com"
  bundles: [b]

- {email: tom.wherry@example.com, tags: [ ]}   # Tom
"""


def test_a_plan_is_the_same_afterwards(shop: Shop, tmp_path: Path) -> None:
    """What it does, to the byte; only the lines that it names are others."""
    project = project_for(shop, tmp_path)
    project.declare(COMMENTED)

    def digest() -> str:
        done = project.run("plan", "--format", "json", "--as-of", AS_OF)
        plan = json.loads(done.out)
        assert plan["changes"]
        return str(plan["digest"])

    before = digest()
    assert project.run("fmt").out == "contacts/team.yaml\n"
    assert digest() == before


def test_a_link_and_permissions_stay(project: Project) -> None:
    """The file itself is replaced; a link out of the folder is an error, and not followed."""
    project.declare(ODD, "contacts/a.yaml")
    project.declare(ODD, "other/b.yaml")
    (project.root / "contacts" / "a.yaml").chmod(0o640)
    (project.root / "contacts" / "link.yaml").symlink_to("a.yaml")
    (project.root / "contacts" / "out.yaml").symlink_to("../other/b.yaml")
    done = project.run("fmt")
    assert (done.code, done.out) == (65, "contacts/a.yaml\n")
    assert "contacts/out.yaml:" in done.err
    assert text_of(project, "other/b.yaml") == ODD
    (project.root / "contacts" / "a.yaml").write_text(ODD)
    assert project.run("fmt", "contacts/link.yaml").code == 0
    assert (project.root / "contacts" / "link.yaml").is_symlink()
    assert text_of(project, "contacts/a.yaml") == LAID_OUT
    assert (project.root / "contacts" / "a.yaml").stat().st_mode & 0o777 == 0o640


def test_an_editor_gets_the_text(project: Project) -> None:
    """Byte by byte; nothing of a text with an error."""

    def through(data: bytes) -> "subprocess.CompletedProcess[bytes]":
        environment = project.process_environment()
        command = [sys.executable, "-m", "reconcile", "fmt", "-"]
        return subprocess.run(
            command,
            input=data,
            cwd=project.root,
            env=environment,
            capture_output=True,
            check=False,
        )

    windows = through(ODD.replace("\n", "\r\n").encode())
    assert (windows.returncode, windows.stdout) == (0, LAID_OUT.replace("\n", "\r\n").encode())
    wrong = through(WRONG.encode())
    assert (wrong.returncode, wrong.stdout) == (65, b"")
    assert wrong.stderr.startswith(b"<standard input>:2:29: unknown key 'tag'")


HOOK = {
    "type": "object",
    "required": ["id", "name", "entry", "language"],
    "properties": {
        **{key: {"type": "string"} for key in ("id", "name", "entry", "files", "description")},
        "language": {"enum": ["python", "system"]},
        "pass_filenames": {"type": "boolean"},
    },
    "additionalProperties": False,
}
"""What of a hook's keys we use, as pre-commit documents them (pre-commit.com, "Creating new hooks")."""


def hooks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    return found


def run_hook(repository: Repository, project: Project, hook: dict[str, Any]) -> int:
    """What pre-commit does with a hook: nothing for no file, else its command, with the files or without."""
    staged = repository.git("diff", "--cached", "--name-only").splitlines()
    files = [file for file in staged if re.search(hook["files"], file)]
    program, *arguments = shlex.split(hook["entry"])
    assert program == "reconcile"
    named = files if hook.get("pass_filenames", True) else []
    return project.run(*arguments, *named).code if files else 0


def test_the_hooks_are_what_pre_commit_takes() -> None:
    """Two, with the ids that the documentation names."""
    Draft202012Validator({"type": "array", "items": HOOK}).validate(hooks())
    assert [hook["id"] for hook in hooks()] == ["reconcile-validate", "reconcile-fmt"]


def test_the_hooks_run_on_what_is_staged(project: Project) -> None:
    """Files of other kinds concern neither; a staged file is laid out; an error stops the commit."""
    repository = Repository.at(project.root)
    validate, fmt = hooks()
    project.declare(ODD, "contacts/unstaged.yaml")
    project.declare(WRONG, "docs/a.yaml")
    repository.git("add", "docs")
    assert (run_hook(repository, project, validate), run_hook(repository, project, fmt)) == (0, 0)
    project.declare(ODD.replace("ann", "bob"), "contacts/a.yaml")
    repository.git("add", "contacts/a.yaml")
    assert (run_hook(repository, project, validate), run_hook(repository, project, fmt)) == (0, 0)
    assert repository.git("diff", "--name-only") == "contacts/a.yaml"
    assert text_of(project, "contacts/unstaged.yaml") == ODD
    project.declare(WRONG, "contacts/a.yaml")
    assert (run_hook(repository, project, validate), run_hook(repository, project, fmt)) == (65, 65)
