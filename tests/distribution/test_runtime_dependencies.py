"""What users install is what runs: nothing of the tests, and a web server where the sandbox is served."""

import re
import subprocess
import sys

from tests.support.project import Project
from tests.support.source_copy import ROOT
from tests.test_layers import PACKAGE

LOOK = """\
import sys
from reconcile.cli.command_line import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *sorted({"aiohttp", "sqlite3"} & set(sys.modules)), file=sys.stderr)
"""


def test_the_web_server_is_imported_by_the_sandbox_alone() -> None:
    importers = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^\s*(?:import|from) aiohttp\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert importers == {"sandbox"}


def test_a_plan_of_an_account_loads_no_web_server(project: Project) -> None:
    """Though the sandbox is a target like any other: what serves it is loaded when it is served."""
    project.declare("contacts: [{email: bob@email.com, tags: [trade]}]\n")
    done = subprocess.run(
        [sys.executable, "-c", LOOK, "plan"],
        cwd=project.root,
        env={**project.process_environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr.splitlines()[-1:]) == (0, ["loaded:"]), done.stderr


def test_the_demo_installs_nothing_for_tests() -> None:
    """By what make would do in a new clone; the heavy tests let it do that."""
    done = subprocess.run(
        ["make", "-n", "demo", "VENV=build/none"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    installs = [line for line in done.stdout.splitlines() if "pip install" in line]
    assert [line.split()[-2:] for line in installs] == [["-r", "requirements.txt"]]
