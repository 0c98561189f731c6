"""What ``--version`` says: the version, and of which commit the code is.

The commit is looked for where each way to install leaves it: in a file of the package that ``git archive``
fills in (archives, the wheels and sdists of ``make dist``), in the origin that an installer notes (PEP 610:
``uv tool install``, ``pipx install`` and ``pip install`` from Git), and in the repository around a checkout.
"""

import json
import re
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconcile import __version__
from reconcile.services.git import checked_out_commit

DISTRIBUTION = "evance-reconcile"
"""The name under which the package is installed; ``reconcile`` is a stranger's."""

SHOWN_CHARACTERS = 12
"""Number of characters of a commit's name, enough for Git to find it by."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)

_OF_A_CHECKOUT = (".git", "pyproject.toml")
"""What stands beside the package in a checkout: an installed package has another neighbourhood."""


@dataclass(frozen=True, slots=True)
class CodeOrigin:
    """Of which commit the code is, whether it differs from that, and in which repository that is."""

    commit: str
    modified: bool = False
    repository: str | None = None


def version_text(package: Path) -> str:
    """The version, with the commit where it is known; never an error."""
    origin = code_origin(package)
    if origin is None:
        return f"reconcile {__version__}"
    modified = ", modified" if origin.modified else ""
    return f"reconcile {__version__} (commit {origin.commit[:SHOWN_CHARACTERS]}{modified})"


def code_origin(package: Path) -> CodeOrigin | None:
    """Where the code comes from; None where nothing tells.

    ``package`` is the folder of the code that runs: another copy may be installed elsewhere.
    """
    return _archived(package) or _installed(package.parent) or _checked_out(package)


def _archived(package: Path) -> CodeOrigin | None:
    """What ``git archive`` wrote into the package; None in a checkout, where only its placeholder stands."""
    try:
        commit = package.joinpath("commit.txt").read_text(encoding="ascii").strip()
        return _origin(commit, repository=_repository_of_release(package.parent))
    except (OSError, UnicodeError):
        return None


def _installed(folder: Path) -> CodeOrigin | None:
    """What the installer noted in the folder into which it put the package; None if it wasn't from Git."""
    found = _distribution(folder)
    try:
        noted: Any = json.loads((found and found.read_text("direct_url.json")) or "null")
        return _origin(noted["vcs_info"]["commit_id"], repository=_without_secrets(str(noted.get("url", ""))))
    except (OSError, ValueError, TypeError, LookupError):
        return None


def _distribution(folder: Path) -> Distribution | None:
    return next(iter(Distribution.discover(name=DISTRIBUTION, path=[str(folder)])), None)


def _repository_of_release(folder: Path) -> str | None:
    """The repository that the package's own metadata name, where it was built for a release."""
    found = _distribution(folder)
    urls = (found.metadata.get_all("Project-URL") or []) if found else []
    told = next((url.partition(", ")[2] for url in urls if url.startswith("Repository, ")), "")
    return None if "OWNER/NAME" in told else _without_secrets(told)


def _without_secrets(url: str) -> str | None:
    """The address of a repository on the web, without a token that stands in it; None if it is elsewhere."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"https://{host}{parts.path.removesuffix('.git')}" if parts.scheme == "https" and host else None


def _checked_out(package: Path) -> CodeOrigin | None:
    """The commit of the checkout around the package, and whether the package differs from it."""
    if not all((package.parent / name).exists() for name in _OF_A_CHECKOUT):
        return None
    found = checked_out_commit(package, ["."])
    return _origin(found.name, modified=found.dirty) if found else None


def _origin(commit: str, *, modified: bool = False, repository: str | None = None) -> CodeOrigin | None:
    return CodeOrigin(commit, modified, repository) if _COMMIT.fullmatch(commit) else None
