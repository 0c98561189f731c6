"""What a command can reach through its imports: a command that reads reaches nothing that could write.

The imports are walked from the command's own file, those inside functions too. A package's ``__init__``
counts only where a name is imported from it: every command lies in the package that gathers them all.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

COMMANDS = ROOT / "reconcile" / "cli" / "commands"

READING = [
    "plan",
    "doctor",
    "drift",
    "explain",
    "fmt",
    "import_contacts",
    "init",
    "list_contacts",
    "show",
    "timeline",
    "validate",
]

ABLE_TO_WRITE = (
    "reconcile.apply",
    "reconcile.probe",
    "reconcile.evance.writer",
    "reconcile.evance.prober",
    "reconcile.journal.writer",
    "reconcile.services.applying",
    "reconcile.services.probing",
    "reconcile.services.reverting",
)


def file_of(module: str) -> Path | None:
    """Where a dotted name is defined: in its own file, or in that of the module that holds it."""
    path = ROOT.joinpath(*module.split("."))
    candidates = (
        path.with_suffix(".py"),
        path / "__init__.py",
        path.parent.with_suffix(".py"),
        path.parent / "__init__.py",
    )
    return next((file for file in candidates if file.is_file()), None)


def imported(file: Path) -> Iterator[str]:
    """Every name that a file imports, anywhere in it, as an absolute dotted name."""
    package = list(file.relative_to(ROOT).with_suffix("").parts)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level] if node.level else []
            base += node.module.split(".") if node.module else []
            yield from (".".join([*base, alias.name]) for alias in node.names)


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def reached(file: Path) -> dict[str, str]:
    """Every module of ours that a file reaches, with one way that leads there."""
    ways, waiting = {module_of(file): module_of(file)}, [file]
    while waiting:
        importer = waiting.pop()
        files = {file_of(name) for name in imported(importer) if name.startswith("reconcile.")}
        for target in files - {None}:
            if module_of(target) not in ways:
                ways[module_of(target)] = f"{ways[module_of(importer)]} > {module_of(target)}"
                waiting.append(target)
    return ways


def able_to_write(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in ABLE_TO_WRITE)


@pytest.mark.parametrize("command", READING)
def test_a_command_that_reads_reaches_nothing_that_writes(command: str) -> None:
    """Neither directly nor through others, neither at the top of a file nor inside a function."""
    ways = [way for module, way in reached(COMMANDS / f"{command}.py").items() if able_to_write(module)]
    assert ways == []


EARLIER_READINGS = {
    "reconcile.cache.declarations": {"reconcile.services.planning.kept_declarations"},
    "reconcile.services.planning.kept_declarations": {
        "reconcile.cli.commands.drift",
        "reconcile.cli.commands.plan",
    },
    "reconcile.cache.readings": {"reconcile.services.planning.kept_readings"},
    "reconcile.services.planning.kept_readings": {
        "reconcile.cli.commands.drift",
        "reconcile.cli.commands.plan",
    },
}
"""Who alone may import what opens the contacts and the declarations that earlier plans have read."""


@pytest.mark.parametrize("module", EARLIER_READINGS)
def test_only_plan_and_drift_take_what_was_read_earlier(module: str) -> None:
    """What an apply, a pipeline or an import shows and writes rests on what it has read itself."""
    name = module.rpartition(".")[2]
    naming = (file for file in (ROOT / "reconcile").rglob("*.py") if name in file.read_text(encoding="utf-8"))
    importers = {
        module_of(file)
        for file in naming
        if any(target == module or target.startswith(f"{module}.") for target in imported(file))
    }
    assert importers == EARLIER_READINGS[module]


def test_history_reaches_no_account() -> None:
    """It writes to a journal when it retires a run, and nowhere else: it knows no way to an account."""
    modules = set(reached(COMMANDS / "history.py"))
    assert [module for module in modules if module.startswith(("reconcile.evance", "reconcile.http"))] == []
    assert set(filter(able_to_write, modules)) == {"reconcile.journal.writer", "reconcile.apply.lock"}


@pytest.mark.parametrize("command", ["apply", "demo", "probe", "revert"])
def test_the_walk_sees_what_the_other_commands_reach(command: str) -> None:
    """What is forbidden is there to be found, or the test above would hold of a misspelt name."""
    assert any(map(able_to_write, reached(COMMANDS / f"{command}.py")))


def test_every_module_that_can_write_is_there() -> None:
    """A name in the table that nothing has any more would guard nothing."""
    gone = [name for name in ABLE_TO_WRITE if not (file_of(name) or ROOT.joinpath(*name.split(".")).is_dir())]
    assert gone == []


def is_command(file: Path) -> bool:
    return "@click.command" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "file", sorted(filter(is_command, COMMANDS.rglob("*.py"))), ids=lambda file: file.stem
)
def test_a_command_imports_no_other_command(file: Path) -> None:
    """What two commands share is a service, or lies beside them."""
    targets = [target for target in map(file_of, imported(file)) if target]
    assert [target for target in targets if target.is_relative_to(COMMANDS) and is_command(target)] == []


SERVICES = sorted((ROOT / "reconcile" / "services").glob("*.py"))


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)
def test_a_service_needs_no_terminal(file: Path) -> None:
    """It prints, asks and shows progress through the console it is given, whoever calls it."""
    names = {name.split(".")[0] for name in imported(file)}
    called = {
        getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    assert not names & {"click", "sys", "signal"}
    assert not called & {"print", "input"}
