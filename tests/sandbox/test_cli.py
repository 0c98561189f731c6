"""The commands `sandbox serve|seed|reset|show`: what they print, where, and how they fail."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconcile.cli.sandbox import sandbox as group


def run(*words: str) -> Result:
    return CliRunner().invoke(group, list(words))


def test_seed_tells_what_it_made(tmp_path: Path) -> None:
    """One line on stdout with the file and the counts."""
    result = run("seed", "--db", str(tmp_path / "a.sqlite3"), "--contacts", "50")
    assert result.exit_code == 0
    assert "50 contacts, 14 roles" in result.stdout


def test_show_as_json_is_the_v1_read_form(shop: Path) -> None:
    """A contact is shown as the API shows it, whatever the switches hide."""
    run("seed", "--db", str(shop), "--profile", "hostile")
    [contact] = json.loads(run("show", "contact:13", "--db", str(shop), "--format", "json").stdout)
    assert contact["accessRoles"]["newsletter"]["expires"] == "2026-12-31T00:00:00+00:00"


def test_show_as_text_is_a_line_a_row(shop: Path) -> None:
    """Each role is one line of name=value."""
    lines = run("show", "roles", "--db", str(shop)).stdout.splitlines()
    assert len(lines) == 14
    assert lines[1].startswith("id=2  title=Newsletter  reference=newsletter  approvalMethod=none")


def test_hostile_text_cannot_move_the_terminal(shop: Path) -> None:
    """Control characters and line breaks in live values are escaped."""
    from tests.sandbox.play import calling

    with calling(shop) as caller:
        body = {"contact": {"company": "a\x1b[31m\nb\u202ec", "tags": {"contact": ["\x1b]0;x"]}}}
        assert caller.call("POST", "/api/contacts/13.json", json=body).status_code == 200
    [line] = run("show", "contact:13", "--db", str(shop)).stdout.splitlines()
    assert line.isprintable()


def test_reset_empties(shop: Path) -> None:
    """After a reset nothing is shown."""
    assert run("reset", "--db", str(shop)).exit_code == 0
    assert run("show", "contacts", "--db", str(shop)).stdout == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show", "people"], "cannot show 'people'"),
        (["show", "contact:999"], "no contact '999'"),
        (["seed", "--profile", "nice"], "no profile 'nice'"),
        (["serve", "--port", "0", "--switch", "grant_kees=full"], "no switch 'grant_kees'"),
        (["serve", "--port", "0", "--fault", "thunder"], "no fault 'thunder'"),
    ],
)
def test_a_wrong_word_is_one_line_on_stderr(shop: Path, words: list[str], told: str) -> None:
    """Failures go to stderr in a sentence, without a traceback; the exit code is 1."""
    result = run(*words, "--db", str(shop))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert told in result.stderr


def test_a_switch_without_a_value_is_a_wrong_call(shop: Path) -> None:
    """`--switch NAME` alone is refused by the option itself."""
    result = run("serve", "--db", str(shop), "--switch", "grant_keys")
    assert result.exit_code == 2
    assert "NAME=VALUE" in result.stderr
