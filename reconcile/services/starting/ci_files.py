"""The workflows of a new project, which take the tool from its repository at one commit; the code owners."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from reconcile.errors import UsageError
from reconcile.text import quoted

from .new_files import NewFile, filled

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
        """The words in the workflows that somebody has to replace."""
        words = ("OWNER/NAME", UNKNOWN_COMMIT)
        return tuple(word for word in words if word in (self.commit, self._path))

    @property
    def _path(self) -> str:
        return urlsplit(self.repository).path.strip("/")

    @property
    def guide(self) -> str:
        """The page on what is set up by hand, as that commit has it."""
        return f"{self.repository}/blob/{self.commit}/docs"

    def filled(self, template: str, target: str) -> str:
        """A workflow that takes the tool from here."""
        return filled(
            template,
            ACTION=f"{self._path}/.github/actions/reconcile@{self.commit} # v{self.version}",
            SOURCE=self.repository,
            COMMIT=self.commit,
            GUIDE=self.guide,
            TARGET=target,
        )


def ci_files(forge: ForgeKind, tool: ToolSource, owners: Sequence[str], target: str) -> Iterator[NewFile]:
    """The workflows, and CODEOWNERS where owners are named. UsageError: one is no name of an owner."""
    unfit = next((owner for owner in owners if not _OWNER.fullmatch(owner)), None)
    if unfit is not None:
        raise UsageError(
            f"--owners: {quoted(unfit)} is no owner; write @team, @organisation/team or an e-mail"
        )
    if forge is ForgeKind.GITHUB:
        for name in ("plan", "apply", "drift"):
            text = tool.filled(f"github-{name}.yml", target)
            yield NewFile(f".github/workflows/{name}.yml", text, renewal=OTHER)
    else:
        yield NewFile(".gitlab-ci.yml", tool.filled("gitlab-ci.yml", target), renewal=OTHER)
    if owners:
        path, own = _OWNERS_OF[forge]
        yield NewFile(path, filled("codeowners", FORGE=own, OWNERS=" ".join(owners)), renewal=OTHER)


_OWNERS_OF = {
    ForgeKind.GITHUB: (".github/CODEOWNERS", "/.github/"),
    ForgeKind.GITLAB: ("CODEOWNERS", "/.gitlab-ci.yml"),
}
"""Where the forge looks for the code owners, and what of its own they shall own."""
