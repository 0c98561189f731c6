"""What ``--version`` says: the version, and of which commit the code is.

The commit is looked for where each way to install leaves it: in a file of the package that ``git archive``
fills in (archives, the wheels and sdists of ``make dist``), in the origin that an installer notes (PEP 610:
``uv tool install``, ``pipx install`` and ``pip install`` from Git), and in the repository around a checkout.
"""

import json
import re
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from reconcile import __version__
from reconcile.services.git import checked_out_commit

DISTRIBUTION = "evance-reconcile"
"""The name under which the package is installed; ``reconcile`` is a stranger's."""

SHOWN = 12
"""Number of characters of a commit's name, enough for Git to find it by."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)

_OF_A_CHECKOUT = (".git", "pyproject.toml")
"""What stands beside the package in a checkout: an installed package has another neighbourhood."""


def version_text(package: Path) -> str:
    """The version, with the commit where it is known; never an error.

    ``package`` is the folder of the code that runs: another copy may be installed elsewhere.
    """
    commit = _archived(package) or _installed(package.parent) or _checked_out(package)
    return f"reconcile {__version__} (commit {commit})" if commit else f"reconcile {__version__}"


def _archived(package: Path) -> str | None:
    """What ``git archive`` wrote into the package; None in a checkout, where only its placeholder stands."""
    try:
        return _short(package.joinpath("commit.txt").read_text(encoding="ascii").strip())
    except (OSError, UnicodeError):
        return None


def _installed(folder: Path) -> str | None:
    """What the installer noted in the folder into which it put the package; None if it wasn't from Git."""
    found = next(iter(Distribution.discover(name=DISTRIBUTION, path=[str(folder)])), None)
    try:
        origin: Any = json.loads((found and found.read_text("direct_url.json")) or "null")
        return _short(origin["vcs_info"]["commit_id"])
    except (OSError, ValueError, TypeError, LookupError):
        return None


def _checked_out(package: Path) -> str | None:
    """The commit of the checkout around the package, and whether the package differs from it."""
    if not all((package.parent / name).exists() for name in _OF_A_CHECKOUT):
        return None
    found = checked_out_commit(package, ["."])
    if found is None:
        return None
    return f"{_short(found.name)}, modified" if found.dirty else _short(found.name)


def _short(commit: str) -> str | None:
    return commit[:SHOWN] if _COMMIT.fullmatch(commit) else None
