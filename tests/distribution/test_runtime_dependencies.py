"""What users install is what runs: nothing of the tests, and a web server where the sandbox is served."""

import re
import subprocess

from tests.support.source_copy import ROOT
from tests.test_layers import PACKAGE


def test_the_web_server_is_imported_by_the_sandbox_alone() -> None:
    importers = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if re.search(r"^\s*(?:import|from) aiohttp\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert importers == {"sandbox"}


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
