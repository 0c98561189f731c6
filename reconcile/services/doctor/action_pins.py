"""The actions that the workflows of a checkout use by a name that can move: a tag or a branch."""

import re
from collections.abc import Iterator
from pathlib import Path

from reconcile.errors import ReconcileError
from reconcile.text import quoted

_USES = re.compile(r"""^\s*-?\s*uses:\s*["']?([^\s"'#]+)""", re.MULTILINE)

_PINNED = re.compile(r"([.$]/.*|[^@]+@[0-9a-f]{40}|docker://[^@]+@sha256:[0-9a-f]{64})", re.ASCII)
"""A file of the same commit, a commit by its full hash, or an image by its digest."""

LARGEST = 1_000_000
"""In bytes; GitHub takes no larger workflow."""


def unpinned_actions(root: Path) -> tuple[str, ...]:
    """``file: action`` for each action that is not pinned, in the order of files and lines."""
    return tuple(place for file in _workflow_files(root) for place in _unpinned(file, root))


def _workflow_files(root: Path) -> Iterator[Path]:
    """Links are left out: what lies elsewhere runs nowhere."""
    for pattern in ("workflows/*.yml", "workflows/*.yaml", "actions/*/action.yml", "actions/*/action.yaml"):
        yield from sorted(path for path in (root / ".github").glob(pattern) if not path.is_symlink())


def _unpinned(file: Path, root: Path) -> Iterator[str]:
    content = file.read_bytes()[: LARGEST + 1]
    if len(content) > LARGEST:
        raise ReconcileError(f"{file.relative_to(root)}: larger than any workflow; it was not read")
    for action in _USES.findall(content.decode("utf-8", "replace")):
        if not _PINNED.fullmatch(action):
            yield f"{file.relative_to(root).as_posix()}: {quoted(action)}"
