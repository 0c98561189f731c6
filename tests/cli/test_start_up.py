"""What a command imports before it begins: each library and room is loaded where it is used, and not before.

A process is looked at when it ends. No time is measured: what is imported decides it.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.project import Project
from tests.support.source_copy import ROOT

LOOK = """\
import sys
from reconcile.__main__ import main
try:
    main(sys.argv[1:])
finally:
    sys.stdout.flush()
    print(*sorted(sys.modules), file=sys.stderr)
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
    return done.stdout, done.stderr.splitlines()[-1].split()


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


NOT_TO_VALIDATE = (
    *("requests", "urllib3", "http.client", "ssl", "jwt", "deepdiff", "sqlite3", "aiohttp", "asyncio"),
    *("email", "subprocess", "tempfile", "zipfile", "shutil", "difflib", "html", "ruamel.yaml", "icalendar"),
    *("reconcile.apply", "reconcile.evance", "reconcile.http", "reconcile.journal", "reconcile.plan"),
    *("reconcile.sandbox", "reconcile.model.plans", "reconcile.model.record", "reconcile.cache"),
    *("reconcile.render.masking", "reconcile.render.plan_text", "reconcile.cli.completion"),
)
"""What a check of declarations has no use for: all that speaks to an account, and all about plans."""

NOT_TO_PLAN = (
    *("jwt", "aiohttp", "sqlite3", "subprocess", "html", "ruamel.yaml", "icalendar"),
    *(
        "reconcile.cache",
        "reconcile.apply",
        "reconcile.evance.writer",
        "reconcile.journal.writer",
        "reconcile.sandbox",
    ),
    *("reconcile.authoring", "reconcile.importing", "reconcile.forge", "reconcile.pipeline"),
    *("reconcile.model.ci.forge_settings", "reconcile.documents.reports", "reconcile.services.git"),
    *("reconcile.render.masking", "reconcile.render.plan_page", "reconcile.render.plan_markdown"),
    *("reconcile.cli.completion", "deepdiff"),
)
"""What a plan that is empty has no use for, though it lists an account; DeepDiff is for what differs."""


def unwanted(modules: list[str], names: tuple[str, ...]) -> list[str]:
    """Those of the modules that have one of the names, or lie in a package of that name."""
    return [module for module in modules if module.startswith(names) and _within(module, names)]


def _within(module: str, names: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


def test_declarations_are_checked_without_what_speaks_to_an_account(project: Project) -> None:
    """Neither HTTP nor plans nor journals; libraries for them take several times as long as the check."""
    project.declare("contacts: [{email: bob@email.com, tags: [trade]}]\n")
    printed, modules = imported("validate", environment=project.process_environment(), folder=project.root)
    assert printed == "1 contact in 1 file: no problems.\n"
    assert unwanted(modules, NOT_TO_VALIDATE) == []


def test_a_plan_loads_what_lists_an_account_and_shows_a_text(project: Project) -> None:
    """Nothing that writes, serves a sandbox, asks Git, or shows a plan in another form."""
    project.declare("contacts: [{email: bob@email.com}]\n")
    printed, modules = imported("plan", environment=project.process_environment(), folder=project.root)
    assert "No changes" in printed
    assert {"requests", "reconcile.render.plan_text"} <= set(modules)
    assert unwanted(modules, NOT_TO_PLAN) == []


def test_what_must_not_be_loaded_is_there_to_be_found() -> None:
    """A misspelt name would guard nothing."""
    names = {*NOT_TO_VALIDATE, *NOT_TO_PLAN}
    assert [name for name in names if find_spec(name) is None] == []


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("pl", "plan"),
        ("plan --det", "--detailed-exitcode"),
        ("--target o", "outlet"),
        ("plan --only b", "bob@example.com"),
    ],
)
def test_a_word_is_completed_without_what_does_the_work(tmp_path: Path, line: str, word: str) -> None:
    """A shell waits at each press of the tab key: no document is shown, and no other command is called."""
    (tmp_path / "reconcile.yaml").write_text("version: 1\ntargets: {outlet: {kind: sandbox}}\n")
    (tmp_path / "contacts").mkdir()
    (tmp_path / "contacts" / "bob.yaml").write_text("contacts: [{email: bob@example.com}]\n")
    asked = {"_RECONCILE_COMPLETE": "bash_complete", "COMP_LINE": f"reconcile {line}"}
    environment = {**NOTHING, **asked, "COMP_PIECE": line.rpartition(" ")[2]}
    printed, modules = imported(environment=environment, folder=tmp_path)
    assert printed == f"plain,{word}\n"
    commands = {name for name in modules if fnmatchcase(name, "reconcile.cli.commands.*")}
    assert commands <= {"reconcile.cli.commands.table", "reconcile.cli.commands.plan"}
    assert [name for name in modules if name.startswith(("reconcile.render", "reconcile.evance"))] == []
