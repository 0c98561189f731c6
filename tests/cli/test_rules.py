"""``reconcile rules``: every id that stands in brackets at the end of a message can be looked up."""

import json
from pathlib import Path

import pytest

from reconcile.declare.rules import RULES, rule_texts
from tests.support.command_line import CommandResult, run_command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def rules(folder: Path, *arguments: str) -> CommandResult:
    return run_command("rules", *arguments, environment={"PATH": "/usr/bin:/bin"}, folder=folder)


def test_all_rules_are_listed(folder: Path) -> None:
    """Without a project: each once, with what it refuses."""
    listed = rules(folder)
    assert (listed.code, listed.err) == (0, "")
    lines = [line.split(maxsplit=1) for line in listed.out.splitlines() if line.startswith("  ")]
    assert dict(lines) == {rule: rule_texts()[rule].about for rule in RULES}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_each_rule_has_its_examples(folder: Path, rule: str) -> None:
    """The id may be copied with its brackets; an example stands there to be copied."""
    shown = rules(folder, f"[{rule}]")
    assert shown == rules(folder, rule)
    assert shown.out.startswith(f"{rule}: ")
    for text in (rule_texts()[rule].wrong, rule_texts()[rule].right):
        assert all(line in shown.out for line in text.splitlines())


def test_what_a_message_ends_with_can_be_looked_up(folder: Path) -> None:
    """As somebody does who has just met it."""
    (folder / "reconcile.yaml").write_text("version: 1\ntarget: shpo\ntargets: {shop: {kind: sandbox}}\n")
    done = run_command("validate", environment={"PATH": "/usr/bin:/bin"}, folder=folder)
    rule = done.err.splitlines()[0].rpartition(" ")[2]
    assert rules(folder, rule).code == 0


def test_a_misspelt_rule_is_guessed(folder: Path) -> None:
    done = rules(folder, "unknwon-role")
    assert (done.code, done.err.splitlines()[0]) == (
        64,
        "there is no rule 'unknwon-role'; did you mean 'unknown-role'?",
    )
    assert "'reconcile rules' lists them" in rules(folder, "x").err


def test_a_program_gets_them_as_json(folder: Path) -> None:
    told = json.loads(rules(folder, "--format", "json").out)
    assert sorted(row["id"] for row in told["rules"]) == list(RULES)
    assert json.loads(rules(folder, "quotes", "--format", "json").out)["rules"] == [
        row for row in told["rules"] if row["id"] == "quotes"
    ]
