"""The workflows of a forge for a new project, and who owns what steers them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from reconcile.errors import UsageError
from reconcile.text import quoted

from .new_files import NewFile, filled_template

UNKNOWN_REPOSITORY, UNKNOWN_COMMIT = "https://github.com/OWNER/NAME", "COMMIT"
"""Stand where nothing tells from where the tool was installed; no workflow runs with them."""

OTHER = "not what this version writes; to have that, move the file away first"

_OWNER = re.compile(r"@[\w.-]+(/[\w.-]+)*|[\w.+-]+@[\w.-]+", re.ASCII)


class ForgeKind(StrEnum):
    """Where the repository is kept."""

    GITHUB = "github"
    GITLAB = "gitlab"


@dataclass(frozen=True, slots=True)
class ToolSource:
    """The repository that holds the tool, and the commit of it that a pipeline runs."""

    version: str
    repository: str = UNKNOWN_REPOSITORY
    commit: str = UNKNOWN_COMMIT

    @property
    def unknown(self) -> tuple[str, ...]:
        """The words in the workflows that somebody has to replace, and by what."""
        by = {"OWNER/NAME": "the repository that holds reconcile", UNKNOWN_COMMIT: "a commit of it"}
        return tuple(f"{word} by {what}" for word, what in by.items() if word in (self.commit, self._path))

    @property
    def _path(self) -> str:
        return urlsplit(self.repository).path.strip("/")

    @property
    def guide(self) -> str:
        """The page on what is set up by hand, as that commit has it."""
        return f"{self.repository}/blob/{self.commit}/docs"

    def filled(self, template: str, target: str) -> str:
        """A workflow that takes the tool from here."""
        return filled_template(
            template,
            TOOL=self._path,
            VERSION=self.version,
            SOURCE=self.repository,
            COMMIT=self.commit,
            GUIDE=self.guide,
            TARGET=target,
        )


@dataclass(frozen=True, slots=True)
class PipelineScope:
    """What the pipeline works on, where a configuration is there already as that says.

    ``folders`` are those of the declarations, relative to it. ``owners`` is the file in which the forge looks
    for the code owners; None: there is none yet.
    """

    target: str
    folders: tuple[str, ...] = ("contacts/",)
    owners: str | None = None


def ci_files(
    forge: ForgeKind, tool: ToolSource, owners: Sequence[str], scope: PipelineScope
) -> Iterator[NewFile]:
    """The workflows, and CODEOWNERS where owners are named. UsageError: one is no name of an owner."""
    unfit = next((owner for owner in owners if not _OWNER.fullmatch(owner)), None)
    if unfit is not None:
        raise UsageError(
            f"--owners: {quoted(unfit)} is no owner; write @team, @organisation/team or an e-mail"
        )
    if forge is ForgeKind.GITHUB:
        for name in ("plan", "apply", "drift"):
            text = tool.filled(f"github-{name}.yml", scope.target)
            yield NewFile(f".github/workflows/{name}.yml", text, renewal=OTHER)
    else:
        yield NewFile(".gitlab-ci.yml", tool.filled("gitlab-ci.yml", scope.target), renewal=OTHER)
    if owners:
        yield _code_owners(forge, owners, scope)


def _code_owners(forge: ForgeKind, owners: Sequence[str], scope: PipelineScope) -> NewFile:
    """The owners of all that steers a plan: what lies in ``.reconcile`` would be taken for earlier runs."""
    path = scope.owners or OWNERS_PLACES[forge][0]
    own = ["/.github/"] if forge is ForgeKind.GITHUB else ["/.gitlab-ci.yml"]
    own += [] if path.startswith(".github/") else [f"/{path}"]
    own += ["/reconcile.yaml", "/evance.capabilities.yaml", "/.reconcile/"]
    lines = [" ".join([pattern, *owners]) for pattern in (*map(_owned, scope.folders), *own)]

    def missing_lines(text: str) -> tuple[str, ...]:
        found = {" ".join(line.split()) for line in text.splitlines()}
        return tuple(line for line in lines if line not in found)

    return NewFile(path, filled_template("codeowners", LINES="\n".join(lines)), missing_lines)


def _owned(folder: str) -> str:
    """The pattern of a folder of declarations; one that can't be written plainly is owned with all else."""
    path = PurePosixPath(folder).as_posix()
    return f"/{path}/" if _PLAIN.fullmatch(path) else "*"


_PLAIN = re.compile(r"[\w-][\w./-]*|\.[\w-][\w./-]*", re.ASCII)

OWNERS_PLACES = {
    ForgeKind.GITHUB: (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
    ForgeKind.GITLAB: ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
}
"""Where the forge looks for the code owners; the first that is there counts, and the others do not."""
