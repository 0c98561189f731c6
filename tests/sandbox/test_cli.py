"""The commands `sandbox serve|seed|reset|show`: what they print, where, and how they fail."""

import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from reconcile.cli.command_line import main


@dataclass
class Outcome:
    """What a call of the command line comes to."""

    exit_code: int
    stdout: str
    stderr: str


def run(*words: str) -> Outcome:
    """Call `reconcile sandbox` as its entry point does."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main(["sandbox", *words])
    return Outcome(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def test_seed_tells_what_it_made(tmp_path: Path) -> None:
    """One line on stdout with the file and the counts."""
    result = run("seed", "--db", str(tmp_path / "a.sqlite3"), "--contacts", "50")
    assert result.exit_code == 0
    assert "50 contacts, 14 roles" in result.stdout


def test_show_as_json_is_the_v1_read_form(shop_file: Path) -> None:
    """A contact is shown as the API shows it, whatever the switches hide."""
    run("seed", "--db", str(shop_file), "--profile", "hostile")
    [contact] = json.loads(run("show", "contact:13", "--db", str(shop_file), "--format", "json").stdout)
    assert contact["accessRoles"]["newsletter"]["expires"] == "2026-12-31T00:00:00+00:00"


def test_show_as_text_is_a_line_a_row(shop_file: Path) -> None:
    """Each role is one line of name=value."""
    lines = run("show", "roles", "--db", str(shop_file)).stdout.splitlines()
    assert len(lines) == 14
    assert lines[1].startswith("id=2  title=Newsletter  reference=newsletter  approvalMethod=none")


def test_hostile_text_cannot_move_the_terminal(shop_file: Path) -> None:
    """Control characters and line breaks in live values are escaped."""
    from tests.support.sandbox.written_calls import calling

    with calling(shop_file) as caller:
        body = {"contact": {"company": "a\x1b[31m\nb\u202ec", "tags": {"contact": ["\x1b]0;x"]}}}
        assert caller.call("POST", "/api/contacts/13.json", json=body).status_code == 200
    [line] = run("show", "contact:13", "--db", str(shop_file)).stdout.splitlines()
    assert line.isprintable()


def test_reset_empties(shop_file: Path) -> None:
    """After a reset nothing is shown."""
    assert run("reset", "--db", str(shop_file)).exit_code == 0
    assert run("show", "contacts", "--db", str(shop_file)).stdout == ""


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["show", "people"], 64, "cannot show 'people'; there are"),
        (["show", "contact:999"], 1, "no contact '999'"),
        (["seed", "--profile", "nice"], 64, "no profile 'nice'; there are"),
        (["serve", "--port", "0", "--switch", "grant_kees=full"], 64, "no switch 'grant_kees'"),
        (["serve", "--port", "0", "--switch", "grant_keys"], 64, "NAME=VALUE"),
        (["serve", "--port", "0", "--fault", "thunder"], 64, "no fault 'thunder'"),
        (
            ["serve", "--host", "192.0.2.1", "--port", "0"],
            1,
            "cannot listen on 192.0.2.1",
        ),
    ],
)
def test_a_failure_is_told_on_stderr(shop_file: Path, words: list[str], code: int, message: str) -> None:
    """A wrong word is a wrong call, anything else a failure; both in a sentence, without a traceback."""
    command = [sys.executable, "-m", "reconcile", "sandbox", *words, "--db", str(shop_file)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout) == (code, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
