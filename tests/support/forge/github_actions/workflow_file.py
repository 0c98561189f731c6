"""A workflow file, and where what it uses is found: at its own commit, or in the tool's repository."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[4]

TOOL = "OWNER/NAME"
"""The repository of the tool, as the callers of a repository with declarations name it."""

COMMIT = "0123456789abcdef0123456789abcdef01234567"
"""The commit of the tool that they name; here it is what is checked out."""

Row = dict[str, Any]

_CALLED = re.compile(r"(?P<own>[$.])/(?P<path>.+)|(?P<repository>[\w.-]+/[\w.-]+)/(?P<other>.+)@(?P<ref>\S+)")


@dataclass(frozen=True)
class WorkflowFile:
    """A workflow, and how the files of its repository are read at its commit. ``own``: it is no tool's."""

    name: str
    document: Row
    read: Callable[[str], str]
    own: bool = True

    @classmethod
    def of_commit(cls, name: str, read: Callable[[str], str]) -> "WorkflowFile":
        """A workflow of the repository that it runs in."""
        return cls(name, yaml.safe_load(read(f".github/workflows/{name}")), read)

    def called(self, uses: str) -> "WorkflowFile":
        """The workflow that a job calls."""
        found = _CALLED.fullmatch(uses)
        assert found, uses
        if found["own"]:
            path, read, own = found["path"], self.read, self.own
        else:
            assert (found["repository"], found["ref"]) == (TOOL, COMMIT), f"{uses} can't be fetched here"
            path, read, own = found["other"], tool_text, False
        return WorkflowFile(path.rpartition("/")[2], yaml.safe_load(read(path)), read, own)

    @property
    def jobs(self) -> dict[str, Row]:
        return dict(self.document["jobs"])

    @property
    def triggers(self) -> Row:
        """What starts it. YAML 1.1 makes a truth value of the key ``on``."""
        return dict(self.document[True])

    @property
    def path(self) -> str:
        """As the API names a workflow that was called."""
        place = "" if self.own else f"{TOOL}/"
        return f"{place}.github/workflows/{self.name}"


def tool_text(path: str) -> str:
    """The text of a file of the tool."""
    return (ROOT / path).read_text(encoding="utf-8")


def caller_text(name: str) -> str:
    """The caller of that name as ``init`` writes it: with the tool at a commit."""
    text = tool_text(f".github/workflows/{name}")
    return re.sub(r"uses: \$/(\S+)", rf"uses: {TOOL}/\1@{COMMIT} # v1", text)
