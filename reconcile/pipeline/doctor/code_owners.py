"""Who owns what steers the pipeline, by the rules of GitHub's CODEOWNERS.

Of the lines whose pattern matches a path the last one counts, also when it names nobody. Patterns are those
of .gitignore without negation and character ranges; ``/*`` at the end takes no folders (GitHub docs: "About
code owners").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.model.ci.forge_settings import CodeOwners, Unread

from .finding import CheckFinding, SetUp, missing, not_read

WORKFLOWS = (".github/workflows/a-file.yml", ".github/actions/a-file.yml")

STEERING = ("reconcile.yaml", "evance.capabilities.yaml", ".reconcile/a-file")
"""What steers a plan and lies beside the configuration: a path for each, of a folder one below it."""

_BELOW = re.compile(r"a-file[.a-z]*$")


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """One line: a pattern and who owns what it matches."""

    pattern: str
    owners: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """True for a path of the repository, written without a leading slash."""
        return re.fullmatch(_expression(self.pattern), path) is not None


def owner_lines(text: str) -> tuple[OwnerLine, ...]:
    """The lines of a file, without comments and blank ones."""
    words = (line.partition(" #")[0].split() for line in text.splitlines())
    return tuple(
        OwnerLine(pattern, tuple(owners)) for pattern, *owners in filter(None, words) if pattern[0] != "#"
    )


def _expression(pattern: str) -> str:
    body = pattern.strip("/")
    anchored = pattern.startswith("/") or "/" in body
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", body)
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    inside = "".join(wild.get(part, re.escape(part)) for part in parts)
    optional = "" if body.endswith("/*") else "(?:/.*)?"
    below = "/.*" if pattern.endswith("/") else optional
    return f"{'' if anchored else '(?:.*/)?'}{inside}{below}"


def owners_of(lines: tuple[OwnerLine, ...], path: str) -> tuple[str, ...]:
    """Who owns a path; nobody when the last line that matches it names nobody."""
    matching = [line for line in lines if line.matches(path)]
    return matching[-1].owners if matching else ()


def owned(setup: SetUp) -> CheckFinding:
    """Everything that steers the pipeline has owners, and the forge finds nothing wrong in the file."""
    owners = setup.settings.owners
    match owners:
        case None:
            return missing([f"{setup.settings.branch} has no CODEOWNERS"])
        case Unread():
            return not_read(owners)
    errors = owners.errors if isinstance(owners.errors, tuple) else ()
    unowned = [f"{owners.path}: nobody owns {name}" for name in _unowned(owners, setup)]
    unread = (owners.errors.needs,) if isinstance(owners.errors, Unread) else ()
    wrong = [f"{owners.path}: {error}" for error in errors]
    return CheckFinding(missing=(*unowned, *wrong), unread=unread)


def _unowned(owners: CodeOwners, setup: SetUp) -> Iterator[str]:
    """What steers the pipeline and has no owner, or holds something from which a line takes the owner."""
    lines = owner_lines(owners.text)
    declarations = [f"{folder.strip('/')}/a-file.yaml" for folder in setup.folders]
    paths = (*WORKFLOWS, *(setup.prefix + path for path in STEERING), *declarations, owners.path)
    freed = [line.pattern.lstrip("/") for line in lines if not line.owners]
    for path in paths:
        name = _BELOW.sub("", path)
        inside = name.endswith("/") and any(pattern.startswith(name) for pattern in freed)
        if inside or not owners_of(lines, path):
            yield name
