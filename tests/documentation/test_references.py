"""The generated pages: up to date, and complete, for which the code is asked in another way."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconcile.cli.command_line import cli
from reconcile.cli.environment_variables import VARIABLES
from reconcile.cli.help import SharedOption
from tools.generate import ROOT, files

REFERENCE = ROOT / "docs" / "reference"
PACKAGE = ROOT / "reconcile"


def test_what_is_made_from_the_code_is_up_to_date() -> None:
    """`make generate` would change nothing."""
    stale = [path for path, text in files().items() if path.read_text(encoding="utf-8") != text]
    assert [str(path.relative_to(ROOT)) for path in stale] == []


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, f"{path} {name}")


SECTIONS = dict(
    re.findall(
        r"^##+ (reconcile[^\n]*)\n(.*?)(?=^##|\Z)",
        (REFERENCE / "commands.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)


@pytest.mark.parametrize(
    ("path", "command"), list(commands(cli, "reconcile")), ids=lambda value: str(value)[:30]
)
def test_every_command_stands_in_the_docs_with_every_option(path: str, command: click.Command) -> None:
    """Each form of each option, below the command's own heading."""
    if command.hidden:
        return
    shown = forms(SECTIONS[path])
    for param in command.params:
        of_commands_below = isinstance(command, click.Group) and isinstance(param, SharedOption)
        if isinstance(param, click.Option) and not (param.hidden or of_commands_below):
            assert {*param.opts, *param.secondary_opts} <= shown


def forms(section: str) -> set[str]:
    """The options in the table of a section and in its line of common ones, not in examples or prose."""
    lines = re.findall(r"^(?:\| `-|\[Common options\]).*", section, re.MULTILINE)
    first_cells = [re.split(r"(?<!\\) \| ", line.removeprefix("| "))[0] for line in lines]
    return {form for cell in first_cells for form in re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", cell)}


READ = {"CI", "TZ", "TERM", "COLUMNS", "LINES", "HOME", "TF_BUILD", "PAGER", "EDITOR"}
"""Names of variables that no prefix gives away."""

OF_A_VARIABLE = re.compile(
    r"(EVANCE|RECONCILE|GITHUB|GITLAB|CI|RUNNER|NO|FORCE|CLICOLOR|SSL|REQUESTS)_[A-Z0-9_]+"
)

NO_VARIABLE_OF_OURS = {
    "COMP_LINE": "what the script of bash's completion hands over",
    "COMP_PIECE": "what the script of bash's completion hands over",
    "RECONCILE_ENABLED": "a variable of the repository at GitHub: the workflows read it, doctor asks for it",
}


def named_in_the_code() -> Iterator[tuple[str, str]]:
    """Every text that is the name of a variable, or is asked of an environment, with its file."""
    for path in PACKAGE.rglob("*.py"):
        if path == PACKAGE / "cli" / "environment.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value in READ or OF_A_VARIABLE.fullmatch(node.value):
                    yield node.value, path.name
            elif (name := asked(node)) is not None:
                yield name, path.name


def asked(node: ast.AST) -> str | None:
    """The name that is asked of an environment: by ``get``, by an index, or as the variable of an option."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=source, attr="get" | "pop"), args=[ast.Constant(str(name)), *_]
        ):
            return name if is_environment(source) else None
        case ast.Subscript(value=source, slice=ast.Constant(str(name))):
            return name if is_environment(source) else None
        case ast.keyword(arg="envvar", value=ast.Constant(str(name))):
            return name
        case _:
            return None


def is_environment(source: ast.AST) -> bool:
    return ast.unparse(source) in {"os.environ", "environ", "environment", "self.environment"}


def test_every_variable_that_is_read_stands_in_the_table() -> None:
    """And each row is read, by our code or by the library that it names."""
    named = dict(named_in_the_code())
    known = {variable.name for variable in VARIABLES}
    missing = {name: file for name, file in named.items() if name not in known | set(NO_VARIABLE_OF_OURS)}
    assert missing == {}, "add a row to VARIABLES in cli/environment_variables.py, and call `make generate`"
    assert {row.name for row in VARIABLES if not row.library} - set(named) == set()
    assert len(known) == len(VARIABLES)


def test_the_reading_of_a_variable_is_noticed() -> None:
    """In each way in which the code reads one."""
    code = (
        'os.environ.get("A"); environment["B"]; option(envvar="C"); other.get("D"); self.environment.get("E")'
    )
    assert {name for node in ast.walk(ast.parse(code)) if (name := asked(node))} == {"A", "B", "C", "E"}


def test_every_key_of_the_configuration_has_its_row(tmp_path: Path) -> None:
    """Asked of the JSON Schema: every property, below the heading of the mapping that holds it."""
    from reconcile.declare.schema.configuration import configuration_json_schema

    page = (REFERENCE / "configuration.md").read_text(encoding="utf-8")
    for path, name in properties(configuration_json_schema(), ""):
        section = page.partition(f"\n## {path or 'The file'}\n")[2].partition("\n## ")[0]
        assert f"\n| `{name}` |" in section, f"{path}: {name}"


def properties(schema: dict[str, object], path: str) -> Iterator[tuple[str, str]]:
    """Each property with the path of its mapping, as the headings have it."""
    for name, below in as_schemas(schema.get("properties")):
        yield path, name
        yield from properties(below, f"{path}.{name}".strip("."))
    for key, suffix in (("additionalProperties", ".NAME"), ("items", "[]")):
        below = schema.get(key)
        if isinstance(below, dict):
            yield from properties(below, f"{path}{suffix}")


def as_schemas(given: object) -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(given, dict):
        yield from ((name, schema) for name, schema in given.items() if isinstance(schema, dict))
