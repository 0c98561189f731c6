"""The files that a new project begins with, from the templates of the package, and what older ones lack."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from reconcile.declare.schema.configuration import configuration_json_schema
from reconcile.declare.schema.declarations import declarations_json_schema
from reconcile.errors import UsageError
from reconcile.model.declaration import Mode
from reconcile.text import quoted

Lacking = Callable[[str], tuple[str, ...]]
"""What is to be added by hand to the text of a file that was there already, as lines."""


class First(Enum):
    """What stands in the contacts folder first.

    A declaration about the practice shop's own contacts, which would be in the way of an account's; a page
    that says how to import those; or, in a project that is there already, nothing more.
    """

    EXAMPLE = ("contacts/example.yaml", "example.yaml")
    GUIDE = ("contacts/README.md", "contacts.md")
    NOTHING = None


@dataclass(frozen=True, slots=True)
class NewProject:
    """What is known of a project before it is there.

    ``account`` is the host of an Evance account; None: the embedded sandbox. ``first`` is what stands in the
    contacts folder first.
    """

    today: date
    timezone: str = "UTC"
    account: str | None = None
    manage: Mode = Mode.AUTHORITATIVE
    first: First = First.EXAMPLE

    @property
    def target(self) -> str:
        """The name of its target."""
        return "sandbox" if self.account is None else "shop"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of the project, relative to its folder, with its text.

    ``renewal`` says how to renew one that is there already with another text.
    """

    path: str
    text: str
    lacking: Lacking = lambda _text: ()
    renewal: str = ""


def new_files(project: NewProject) -> Iterator[NewFile]:
    """The files of a project, in the order in which a person reads them."""
    yield NewFile("reconcile.yaml", _configuration(project), _lacking_account(project))
    if project.first.value:
        path, template = project.first.value
        yield NewFile(path, _filled(template, EXPIRES=f"{project.today.year + 1}-12-31"))
    yield _schema("declarations", declarations_json_schema())
    yield _schema("configuration", configuration_json_schema())
    yield NewFile(".gitignore", _template("gitignore"), _lacking_patterns)
    yield NewFile(".editorconfig", _template("editorconfig"))
    yield _with_fragment(".vscode/settings.json", "vscode-settings.json", "schema/declarations.json")
    yield _with_fragment(".pre-commit-config.yaml", "pre-commit-config.yaml", "reconcile validate")


def _configuration(project: NewProject) -> str:
    """The configuration; which roles and contacts a real account would protect is left to its people."""
    practice = project.account is None
    return _filled(
        "configuration.yaml",
        TIMEZONE=project.timezone,
        TARGET=project.target,
        TARGETS=_PRACTICE if project.account is None else _shop(project.account),
        MANAGE=project.manage.value,
        OFF="" if practice else "# ",
    )


_PRACTICE = """\
  sandbox: {kind: sandbox}    # an Evance API with a practice shop, started on this machine when it is needed
  # shop: {kind: evance, account: example.evance.me}    # an account of your own"""


def _shop(account: str) -> str:
    return f"  shop: {{kind: evance, account: {account}, rate: 5}}    # requests a second, over all workers"


def _lacking_account(project: NewProject) -> Lacking:
    """The target, where an account was asked for and the configuration does not name it."""

    def lacking(text: str) -> tuple[str, ...]:
        account = project.account
        named = account is None or re.search(rf"(?<![\w.-]){re.escape(account)}(?![\w.-])", text)
        return () if account is None or named else ("targets:", _shop(account))

    return lacking


def _schema(name: str, schema: dict[str, object]) -> NewFile:
    """A JSON Schema for editors, as ``reconcile schema`` prints it."""
    path, text = f"schema/{name}.json", json.dumps(schema, indent=2) + "\n"
    return NewFile(path, text, renewal=f"another version's; renew it by: reconcile schema {name} > {path}")


def _lacking_patterns(text: str) -> tuple[str, ...]:
    """The lines of our ``.gitignore`` that another one does not have, however they are anchored."""
    found = {line.strip().strip("/") for line in text.splitlines()}
    wanted = [line for line in _template("gitignore").splitlines() if not line.startswith("#")]
    return tuple(line for line in wanted if line.strip("/") not in found)


def _with_fragment(path: str, template: str, mark: str) -> NewFile:
    """A file of which another one with the mark has all that matters; else the whole template is told."""
    text = _template(template)
    return NewFile(path, text, lambda found: () if mark in found else tuple(text.splitlines()))


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
        return _filled(
            template,
            ACTION=f"{self._path}/.github/actions/reconcile@{self.commit} # v{self.version}",
            SOURCE=self.repository,
            COMMIT=self.commit,
            GUIDE=self.guide,
            TARGET=target,
        )


@dataclass(frozen=True, slots=True)
class Steered:
    """What the pipeline works on, where a configuration is there already as that says.

    ``folders`` are those of the declarations, relative to it. ``owners`` is the file in which the forge looks
    for the code owners; None: there is none yet.
    """

    target: str
    folders: tuple[str, ...] = ("contacts/",)
    owners: str | None = None


def ci_files(
    forge: ForgeKind, tool: ToolSource, owners: Sequence[str], steered: Steered
) -> Iterator[NewFile]:
    """The workflows, and CODEOWNERS where owners are named. UsageError: one is no name of an owner."""
    unfit = next((owner for owner in owners if not _OWNER.fullmatch(owner)), None)
    if unfit is not None:
        raise UsageError(
            f"--owners: {quoted(unfit)} is no owner; write @team, @organisation/team or an e-mail"
        )
    if forge is ForgeKind.GITHUB:
        for name in ("plan", "apply", "drift"):
            text = tool.filled(f"github-{name}.yml", steered.target)
            yield NewFile(f".github/workflows/{name}.yml", text, renewal=OTHER)
    else:
        yield NewFile(".gitlab-ci.yml", tool.filled("gitlab-ci.yml", steered.target), renewal=OTHER)
    if owners:
        yield _code_owners(forge, owners, steered)


def _code_owners(forge: ForgeKind, owners: Sequence[str], steered: Steered) -> NewFile:
    """The owners of all that steers a plan: what lies in ``.reconcile`` would be taken for earlier runs."""
    path = steered.owners or OWNERS_PLACES[forge][0]
    own = ["/.github/"] if forge is ForgeKind.GITHUB else ["/.gitlab-ci.yml"]
    own += [] if path.startswith(".github/") else [f"/{path}"]
    own += ["/reconcile.yaml", "/evance.capabilities.yaml", "/.reconcile/"]
    lines = [" ".join([pattern, *owners]) for pattern in (*map(_owned, steered.folders), *own)]

    def lacking(text: str) -> tuple[str, ...]:
        found = {" ".join(line.split()) for line in text.splitlines()}
        return tuple(line for line in lines if line not in found)

    return NewFile(path, _filled("codeowners", LINES="\n".join(lines)), lacking)


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


def _filled(template: str, **values: str) -> str:
    """A template with its ``@NAMES@`` replaced."""
    return re.sub(r"@([A-Z]+)@", lambda match: values[match[1]], _template(template))


@cache
def _template(name: str) -> str:
    """A template as the package has it."""
    return files("reconcile.services.starting").joinpath("templates", name).read_text("utf-8")
