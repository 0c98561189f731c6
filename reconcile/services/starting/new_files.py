"""The files that a new project begins with, from the package's templates, and what older files lack."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from reconcile.declare.configuration_file import CONFIGURATION_FILE
from reconcile.declare.schema.configuration import configuration_json_schema
from reconcile.declare.schema.declarations import declarations_json_schema
from reconcile.model.declaration import Mode

DECLARATIONS_SCHEMA = "schema/declarations.json"
"""The JSON Schema that files of declarations name in their first line."""

FindMissing = Callable[[str], tuple[str, ...]]
"""What is to be added by hand to the text of a file that was there already, as lines."""


class FirstFile(Enum):
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
    first: FirstFile = FirstFile.EXAMPLE

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
    missing_lines: FindMissing = lambda _text: ()
    renewal: str = ""


def new_files(project: NewProject) -> Iterator[NewFile]:
    """The files of a project, in the order in which a person reads them."""
    yield NewFile(CONFIGURATION_FILE, _configuration(project), _missing_account(project))
    if project.first.value:
        path, template = project.first.value
        yield NewFile(path, filled_template(template, EXPIRES=f"{project.today.year + 1}-12-31"))
    yield _schema(DECLARATIONS_SCHEMA, declarations_json_schema())
    yield _schema("schema/configuration.json", configuration_json_schema())
    yield NewFile(".gitignore", _template("gitignore"), _missing_patterns)
    yield NewFile(".editorconfig", _template("editorconfig"))
    yield _with_fragment(".vscode/settings.json", "vscode-settings.json", DECLARATIONS_SCHEMA)
    yield _with_fragment(".pre-commit-config.yaml", "pre-commit-config.yaml", "reconcile validate")


def _configuration(project: NewProject) -> str:
    """The configuration; which roles and contacts a real account would protect is left to its people."""
    practice = project.account is None
    return filled_template(
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


def _missing_account(project: NewProject) -> FindMissing:
    """The target, where an account was asked for and the configuration does not name it."""

    def missing_lines(text: str) -> tuple[str, ...]:
        account = project.account
        named = account is None or re.search(rf"(?<![\w.-]){re.escape(account)}(?![\w.-])", text)
        return () if account is None or named else ("targets:", _shop(account))

    return missing_lines


def _schema(path: str, schema: dict[str, object]) -> NewFile:
    """A JSON Schema for editors, as ``reconcile schema`` prints it."""
    name, text = PurePosixPath(path).stem, json.dumps(schema, indent=2) + "\n"
    return NewFile(path, text, renewal=f"another version's; renew it by: reconcile schema {name} > {path}")


def _missing_patterns(text: str) -> tuple[str, ...]:
    """The lines of our ``.gitignore`` that another one does not have, however they are anchored."""
    found = {line.strip().strip("/") for line in text.splitlines()}
    wanted = [line for line in _template("gitignore").splitlines() if not line.startswith("#")]
    return tuple(line for line in wanted if line.strip("/") not in found)


def _with_fragment(path: str, template: str, mark: str) -> NewFile:
    """A file of which another one with the mark has all that matters; else the whole template is told."""
    text = _template(template)
    return NewFile(path, text, lambda found: () if mark in found else tuple(text.splitlines()))


def filled_template(template: str, **values: str) -> str:
    """A template with its ``@NAMES@`` replaced."""
    return re.sub(r"@([A-Z]+)@", lambda match: values[match[1]], _template(template))


@cache
def _template(name: str) -> str:
    """A template as the package has it."""
    return files("reconcile.services.starting").joinpath("templates", name).read_text("utf-8")
