"""Git, asked about the repository around the declarations; nothing in it makes another program run."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from reconcile.model.record import CheckedOutCommit

LONGEST = 20.0
"""Maximum number of seconds, then the commit counts as not known: nothing waits for a hanging file system."""


_OF_A_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"}
"""The variables by which a hook of Git names its own repository, whatever the folder."""


def checked_out_commit(folder: Path, paths: Iterable[str]) -> CheckedOutCommit | None:
    """The commit of the repository around a folder, and whether these files differ from it.

    None outside of a repository, or where Git does not tell.
    """
    head = _git(folder, "rev-parse", "--verify", "HEAD")
    if head is None:
        return None
    return CheckedOutCommit(head.strip(), dirty=_git(folder, "status", "--porcelain", "--", *paths) != "")


def _git(folder: Path, *arguments: str) -> str | None:
    """What Git prints; None when it fails. No setting of the repository makes it run another program."""
    program = shutil.which("git")
    if program is None:
        return None
    command = [program, "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(folder), *arguments]
    environment = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=LONGEST, check=False, env=environment
        )
    except (OSError, subprocess.SubprocessError, UnicodeError):
        return None
    return done.stdout if done.returncode == 0 else None
