"""What a command imports before it begins: each library and room is loaded where it is used, and not before.

A process is looked at when it ends. No time is measured: what is imported decides it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.support.source_copy import ROOT

LOOK = """\
import json, sys
from reconcile.__main__ import main
try:
    main(sys.argv[1:])
finally:
    sys.stdout.flush()
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""

NOTHING = {"PATH": "/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")}


def imported(*arguments: str, environment: Mapping[str, str], folder: Path) -> tuple[str, list[str]]:
    """What a command in a process of its own prints, and the modules that it has imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(done.stderr.splitlines()[-1])


def ours(modules: list[str]) -> set[str]:
    return {name for name in modules if name.startswith("reconcile.")}


def test_help_imports_click_and_what_lists_the_commands(tmp_path: Path) -> None:
    """None of the commands, and nothing of the model."""
    printed, modules = imported("--help", environment=NOTHING, folder=tmp_path)
    assert "Usage: reconcile" in printed
    assert ours(modules) == {
        "reconcile.__main__",
        "reconcile.cli",
        "reconcile.cli.command_line",
        "reconcile.cli.commands",
        "reconcile.cli.commands.table",
        "reconcile.cli.help",
        "reconcile.cli.output",
        "reconcile.cli.shared_options",
        "reconcile.cli.signals",
        "reconcile.collector",
        "reconcile.errors",
    }
    assert [name for name in ("dataclasses", "pathlib", "traceback") if name in modules] == []


@pytest.mark.parametrize(
    ("line", "word"), [("pl", "plan"), ("plan --det", "--detailed-exitcode"), ("--target o", "outlet")]
)
def test_a_word_is_completed_without_what_does_the_work(tmp_path: Path, line: str, word: str) -> None:
    """A shell waits at each press of the tab key: no document is shown, and no other command is called."""
    (tmp_path / "reconcile.yaml").write_text("version: 1\ntargets: {outlet: {kind: sandbox}}\n")
    asked = {"_RECONCILE_COMPLETE": "bash_complete", "COMP_LINE": f"reconcile {line}"}
    environment = {**NOTHING, **asked, "COMP_PIECE": line.rpartition(" ")[2]}
    printed, modules = imported(environment=environment, folder=tmp_path)
    assert printed == f"plain,{word}\n"
    commands = {name for name in modules if fnmatchcase(name, "reconcile.cli.commands.*")}
    assert commands <= {"reconcile.cli.commands.table", "reconcile.cli.commands.plan"}
    assert [name for name in modules if name.startswith(("reconcile.render", "reconcile.evance"))] == []
