"""Git, as nobody in particular: nothing of the machine's own configuration takes part."""

import os
import subprocess
from pathlib import Path


def git(*arguments: str, at: Path) -> str:
    """What a git command prints; it knows nothing of the person who runs the tests."""
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "init.defaultBranch=main"]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=at, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
