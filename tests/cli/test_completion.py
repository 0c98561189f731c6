"""Completion on the tab key: the real bash at a real terminal, and what completes a word in a project.

zsh and fish are asked for with Click's own scripts; they are run here where they are installed.
"""

import os
import pty
import select
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconcile.cli.completion import project_words
from tests.support.command_line import run_command

ROOT = Path(__file__).parents[2]

CONFIGURATION = """\
version: 1
target: shop
targets:
  outlet: {kind: evance, account: outlet.evance.me, contacts: outlet/}
  shop: {kind: evance, account: shop.evance.me, contacts: shop/}
"""

SHOP = """\
bundles:
  trade:
    roles: [customer, {reference: trade-account, status: active}]
    tags: [trade]
contacts:
  - email: bob@example.com
    bundles: [trade]
    roles:
      - press
      - reference: preview
        expires: 2027-01-31
    tags: [{value: vip, expires: 2027-03-31}, "auto:new"]
  - {id: 13, email: "ann@example.com", roles: [wholesale]}
  - reference: C-77
    roles: []
  - email: "$(touch pwned)@example.com"
"""

RUNS = ("20261122T090000Z-aaaaaa", "20261123T090000Z-bbbbbb")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with two targets, declarations, and two runs."""
    (tmp_path / "reconcile.yaml").write_text(CONFIGURATION)
    for name, text in (("shop", SHOP), ("outlet", "contacts: [{email: olu@example.com}]\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.yaml").write_text(text)
    (tmp_path / ".reconcile" / "runs").mkdir(parents=True)
    for run in RUNS:
        (tmp_path / ".reconcile" / "runs" / f"{run}.jsonl").touch()
    return tmp_path


def completed(folder: Path, line: str, piece: str | None = None) -> list[str]:
    """What bash is told to put in the place of the piece; by default that is the last word."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "_RECONCILE_COMPLETE": "bash_complete",
        "COMP_LINE": f"reconcile {line}",
        "COMP_PIECE": line.rpartition(" ")[2] if piece is None else piece,
    }
    done = run_command(environment=environment, folder=folder)
    assert (done.code, done.err) == (0, "")
    return [line.partition(",")[2] for line in done.out.splitlines() if line]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("pl", ["plan"]),
        ("ci pre", ["preview"]),
        ("plan --det", ["--detailed-exitcode"]),
        ("plan --format ", ["text", "json", "markdown", "html"]),
        ("plan --target ", ["outlet", "shop"]),
        ("--target ", ["outlet", "shop"]),
        ("--target outlet plan --only ", ["olu@example.com"]),
        ("apply --allow losing", ["losing-access="]),
        ("history ", ["last", *reversed(RUNS)]),
        ("revert 20261122", [RUNS[0]]),
        ("list --role tr", ["trade-account"]),
        ("drift --adopt b", ["bob@example.com"]),
        ("history --who-had pr", ["press", "preview"]),
        ("show la", ["last"]),
        ("show pl", ["pl"]),
        ("explain ", ["13", "C-77", "ann@example.com", "bob@example.com"]),
        ("explain --target outlet ", ["olu@example.com"]),
        ("plan --only a", ["ann@example.com"]),
        ("plan --only sho", ["sho"]),
        ("import --email b", ["bob@example.com"]),
        ("import --role ", ["customer", "press", "preview", "trade-account", "wholesale"]),
        ("import --tag ", ["auto:new", "trade", "vip"]),
        ("rules unknown-r", ["unknown-role"]),
        ("completion ", ["bash", "zsh", "fish"]),
    ],
)
def test_what_completes_a_word(folder: Path, line: str, words: list[str]) -> None:
    """From the files of the project alone; what a shell would run is not offered."""
    assert completed(folder, line) == words


@pytest.mark.parametrize(
    ("line", "piece", "words"),
    [
        ("explain bob@ex", "ex", ["example.com"]),
        ("plan --target=sh", "sh", ["shop"]),
        ("plan --target=", "", ["outlet", "shop"]),
        ("plan --only=bob@ex", "ex", ["example.com"]),
    ],
)
def test_bash_replaces_a_piece_alone(folder: Path, line: str, piece: str, words: list[str]) -> None:
    """It cuts a word at @ and =."""
    assert completed(folder, line, piece) == words


@pytest.mark.parametrize(
    "line", ["explain ", "plan --target ", "history ", "--as-of 2026-01-01 rules x", "plna "]
)
@pytest.mark.parametrize("text", ["targets: [", "targets: {a: }", "- 1", "\0", "x: &a [*a]"])
def test_what_can_not_be_told_is_no_error(folder: Path, line: str, text: str) -> None:
    """A message would stand in the middle of the line that somebody types."""
    (folder / "reconcile.yaml").write_text(text)
    completed(folder, line)
    (folder / "reconcile.yaml").unlink()
    completed(folder, line)


def test_a_large_folder_keeps_nobody_waiting(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """30,000 declarations within a second, the start of Python aside; none where there are far more."""
    entries = "".join(
        f"  - email: person{number}@example.com\n    roles: [customer]\n" for number in range(30_000)
    )
    (folder / "shop" / "b.yaml").write_text(f"contacts:\n{entries}")
    begun = time.process_time()  # other work of the machine aside
    assert completed(folder, "explain person29999") == ["person29999@example.com"]
    assert time.process_time() - begun < 1.0
    monkeypatch.setattr(project_words, "MOST_BYTES", 100_000)
    assert completed(folder, "explain person29999") == []


@contextmanager
def shell_at_a_terminal(folder: Path, *command: str) -> Iterator[int]:
    """An interactive shell in the project, in whose PATH the command is."""
    program = folder / "bin" / "reconcile"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m reconcile "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    ours, theirs = pty.openpty()
    environment = {
        "PATH": f"{program.parent}:/usr/bin:/bin",
        "TERM": "dumb",
        "PS1": "> ",
        "HOME": str(folder),
    }
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        try:
            yield ours
        finally:
            process.kill()
            os.close(theirs)
            os.close(ours)


def typed(terminal: int, keys: str, shown: str) -> str:
    """Type keys; what is shown until the expected text is there."""
    os.write(terminal, keys.encode())
    seen = ""
    while shown not in seen:
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, f"{shown!r} is not shown: {seen!r}"
        seen += os.read(terminal, 65_536).decode(errors="replace")
    return seen


def test_bash_completes_at_a_terminal(folder: Path) -> None:
    """A command, a target after the equals sign, and an address from its middle on."""
    with shell_at_a_terminal(folder, "bash", "--norc", "--noprofile", "-i") as terminal:
        typed(terminal, 'eval "$(reconcile completion bash)" && echo rea""dy\n', "ready\r\n")
        typed(terminal, "reconcile tim\t", "timeline ")
        typed(terminal, "--target=o\t", "utlet ")
        typed(terminal, "\x15reconcile explain bob@ex\t", "ample.com ")
        typed(terminal, "\x15reconcile apply --allow losing\t", "-access=")
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_script_is_one_that_its_shell_can_read(folder: Path, shell: str) -> None:
    """What it is made of says whose it is; a shell that is here also reads it."""
    done = run_command("completion", shell, environment={"PATH": "/usr/bin:/bin"}, folder=folder)
    assert (done.code, done.err) == (0, "")
    assert f"_RECONCILE_COMPLETE={shell}_complete" in done.out
    program = shutil.which(shell)
    if program:
        read = subprocess.run([program, "-n"], input=done.out, text=True, capture_output=True, check=False)
        assert (read.returncode, read.stderr) == (0, "")
