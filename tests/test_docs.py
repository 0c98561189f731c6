"""The commands in README and docs are run, in order, in an empty folder, and print what the page says.

In a page, a fence ``console`` holds commands after ``$`` and what they print (``…`` stands for any text on a
line, ``...`` alone on a line for any lines); a fence that names a file, as ``yaml contacts/a.yaml``, writes
it. Other fences are shown, not run: commands that serve until they are stopped, or that need an account.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

COMMAND = re.compile(r"^\$ (.+)$", re.MULTILINE)


def run(command: str, folder: Path) -> str:
    """What a command prints on both streams, as a person at a terminal sees them."""
    binaries = str(Path(sys.executable).parent)
    # A page shows what a person sees; the log of a CI system would have its e-mails masked.
    environment = {**os.environ, "CI": "", "PATH": f"{binaries}:{os.environ['PATH']}", "NO_COLOR": "1"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    return done.stdout


def pattern(expected: str) -> str:
    """The expected output as a regular expression."""
    lines = [
        r"(?:.*\n)*?" if line == "..." else r".*".join(map(re.escape, line.split("…"))) + "\n"
        for line in expected.rstrip("\n").split("\n")
        if expected.strip()
    ]
    return "".join(lines)


def steps(text: str) -> list[tuple[str, str, str]]:
    """The page's steps: ``("write", file, content)`` and ``("run", command, output)``, in order."""
    found = []
    for language, name, body in FENCE.findall(text):
        if name:
            found.append(("write", name, body))
        elif language == "console":
            parts = COMMAND.split(body)[1:]
            pairs = zip(parts[::2], parts[1::2], strict=True)
            found += [("run", command, output.lstrip("\n")) for command, output in pairs]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    """Each command of the page, run where the page's files stand, prints what the page shows."""
    for kind, subject, expected in steps(page.read_text(encoding="utf-8")):
        if kind == "write":
            path = tmp_path / subject
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(expected, encoding="utf-8")
            continue
        if subject.startswith(("make ", "git clone", "cd ")):
            continue  # what sets the project itself up is run by CI
        printed = run(subject, tmp_path)
        assert re.fullmatch(pattern(expected), printed), f"$ {subject}\n{printed}"


def test_the_readme_names_every_command() -> None:
    """A command that nobody can read about does not exist."""
    from reconcile.cli.command_line import cli

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in cli.commands if f"reconcile {name}" not in text and f"`{name}`" not in text]
    assert missing == []


def test_bash_is_there() -> None:
    """The pages' commands are written for bash."""
    assert shutil.which("bash")
