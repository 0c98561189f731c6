"""The documentation tells every switch, fault, command and option there is."""

from pathlib import Path

import pytest

from reconcile.cli.commands.sandbox import sandbox as group
from reconcile.sandbox.control import ENDPOINTS, Endpoint
from reconcile.sandbox.faults.armed import FAULTS
from reconcile.sandbox.switches import Switches, about

DOCS = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text("utf-8")


def table() -> str:
    """The table of switches, from their own words."""
    documented, hostile = Switches().settings(), Switches.of("hostile").settings()
    rows = [
        f"| `{name}` | {text} | {' '.join(f'`{setting}`' for setting in settings) or 'a number'} "
        f"| `{documented[name]}` | `{hostile[name]}` |"
        for name, (text, settings) in about().items()
    ]
    return "\n".join(["| switch | decides | settings | documented | hostile |", "| --- " * 5 + "|", *rows])


def test_the_table_of_switches_is_theirs() -> None:
    """The table in the docs is, letter by letter, what the switches say of themselves."""
    assert table() in DOCS


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_told(name: str) -> None:
    """Each fault has its row."""
    assert f"| `{name}` |" in DOCS


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_endpoint_of_the_control_door_is_told(endpoint: Endpoint) -> None:
    """Each path has its row, in which its verb is named."""
    path = (
        endpoint.path.replace("{id}", "ID").replace("{reference}", "REFERENCE").replace("/reject", "/approve")
    )
    rows = [line for line in DOCS.splitlines() if f"/_sandbox/{path}`" in line]
    assert any(f"`{endpoint.verb}" in row for row in rows)


@pytest.mark.parametrize("name", sorted(group.commands))
def test_every_command_and_option_is_told(name: str) -> None:
    """Each command has its row, each option is named."""
    assert f"`sandbox {name}" in DOCS
    for option in group.commands[name].params:
        assert option.param_type_name == "argument" or f"{option.opts[-1]}" in DOCS


def test_the_ten_lines_work(tmp_path: Path) -> None:
    """The fixture shown for other projects runs as it stands and gives access."""
    code = DOCS.split("```python\n")[1].split("```")[0]
    names: dict[str, object] = {}
    exec(compile(code, "docs/sandbox.md", "exec"), names)
    fixture = names["evance"].__wrapped__ if hasattr(names["evance"], "__wrapped__") else None
    assert fixture is not None
    steps = fixture(tmp_path)
    access = next(steps)
    assert access.url.startswith("http://127.0.0.1:")
    assert next(steps, None) is None
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
