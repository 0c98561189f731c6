"""Looks for known vulnerabilities in every package that is locked, with `uv audit` and the OSV database.

python tools/audit_lock.py                 exit with 1 if there is one, with 2 if OSV can't be reached
python tools/audit_lock.py --if-reachable  exit with 0 and a note if OSV can't be reached
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent

LOCK = ROOT / "requirements-dev.txt"
"""It holds what is needed to run, too: requirements.txt constrains it."""

_LOCKED = re.compile(r"^(?P<requirement>[a-z0-9][\w.-]*==[^\\]+?) *\\$", re.MULTILINE | re.ASCII)

_UNREACHABLE = 2
"""The exit code of `uv audit` when it can't tell; 1 when it has found something."""


def locked(text: str) -> Iterator[str]:
    """The requirements of a lock, each with its version and where it applies, without hashes."""
    return (found["requirement"].strip() for found in _LOCKED.finditer(text))


def project(requirements: Iterable[str]) -> str:
    """A project that needs exactly these: `uv audit` takes no file of requirements."""
    listed = json.dumps(list(requirements), indent=2)
    return f'[project]\nname = "locked"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = {listed}\n'


def audit() -> int:
    """The exit code of `uv audit`, which prints what it finds."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "pyproject.toml").write_text(project(locked(LOCK.read_text("utf-8"))), "utf-8")
        uv = Path(sys.executable).parent / "uv"
        command = [str(uv), "audit", "--quiet", "--preview-features", "audit-command", "--no-build"]
        patience = {"UV_HTTP_RETRIES": "1", "UV_HTTP_TIMEOUT": "20"}
        environment = {**os.environ, **patience}
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode  # noqa: S603


def main(arguments: Iterable[str]) -> int:
    """Look, and say how it went."""
    code = audit()
    if code == _UNREACHABLE and "--if-reachable" in arguments:
        print("the database of known vulnerabilities can't be reached from here: the lock was not audited")
        return 0
    print("no known vulnerability in what is locked" if code == 0 else f"uv audit ended with {code}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
