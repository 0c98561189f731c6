"""The layers of the house, as data. Imports only go down; this table changes with the design."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "reconcile"

GROUND = {"text", "clock", "collector", "model", "errors"}
"""What every part but the sandbox may stand on."""

LAYERS: dict[str, set[str]] = {
    "text": set(),
    "clock": set(),
    "collector": set(),
    "model": {"text", "clock"},
    "errors": {"text", "model"},
    "wire": GROUND,
    "documents": GROUND,
    "cache": GROUND,
    "declare": GROUND | {"wire", "cache"},
    "plan": GROUND | {"wire", "documents"},
    "render": GROUND | {"wire", "documents"},
    "http": GROUND,
    "evance": GROUND | {"wire", "http"},
    "journal": GROUND | {"documents", "plan"},
    "authoring": GROUND | {"declare"},
    "importing": GROUND | {"wire", "plan"},
    "apply": GROUND | {"wire", "documents", "plan", "evance", "journal"},
    "probe": GROUND | {"wire", "evance"},
    "forge": GROUND | {"documents", "http"},
    "pipeline": GROUND | {"documents", "plan"},
    "services": GROUND
    | {
        "wire",
        "documents",
        "cache",
        "declare",
        "plan",
        "render",
        "evance",
        "journal",
        "apply",
        "probe",
        "forge",
        "pipeline",
        "authoring",
        "importing",
        "sandbox",
    },
    "sandbox": set(),
    "cli": GROUND | {"documents", "declare", "plan", "render", "journal", "forge", "services", "sandbox"},
}
"""Which parts each part may import."""

PURE = ("text", "clock", "model", "wire", "documents", "plan", "render", "importing", "pipeline")

IMPURE_MODULES = {
    "aiohttp", "asyncio", "click", "http", "io", "logging", "os", "pathlib", "random", "requests", "secrets",
    "shutil", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib3", "uuid",
}  # fmt: skip

IMPURE_CALLS = {"now", "utcnow", "today", "open", "print", "input"}


def part_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def sources(part: str) -> list[Path]:
    folder = PACKAGE / part
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{part}.py"]


def imported(path: Path) -> list[tuple[int, str]]:
    """Every imported module as an absolute dotted name, with its line."""
    module = ["reconcile", *path.relative_to(PACKAGE).with_suffix("").parts]
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = [*module[: len(module) - node.level], node.module] if node.level else [node.module]
            stem = ".".join(name for name in base if name)
            found += [(node.lineno, f"{stem}.{alias.name}") for alias in node.names]
    return found


def parts_imported(path: Path) -> list[tuple[int, str]]:
    ours = [(line, name.split(".")) for line, name in imported(path) if name.split(".")[0] == "reconcile"]
    return [(line, names[1]) for line, names in ours if len(names) > 1 and names[1] in LAYERS]


def test_every_part_stands_in_the_table() -> None:
    """A new top-level part must be given its place before it is used."""
    found = {part_of(path) for path in PACKAGE.rglob("*.py")} - {"__init__", "__main__"}
    assert found <= set(LAYERS)


@pytest.mark.parametrize("part", sorted(LAYERS))
def test_imports_only_go_down(part: str) -> None:
    """A part imports nothing of ours but what the table allows."""
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{line} imports {other}"
        for path in sources(part)
        if path.exists()
        for line, other in parts_imported(path)
        if other != part and other not in LAYERS[part]
    ]
    assert wrong == []


def test_the_table_has_no_cycle() -> None:
    """The parts can be put in an order in which each one imports only earlier ones."""
    left = dict(LAYERS)
    while left:
        free = [part for part, below in left.items() if not below & set(left)]
        assert free, f"cycle among {sorted(left)}"
        for part in free:
            del left[part]


@pytest.mark.parametrize("part", PURE)
def test_the_core_is_pure(part: str) -> None:
    """Model, clock, plan and render touch no clock, file, network or terminal."""
    wrong: list[str] = []
    for path in sources(part):
        if not path.exists():
            continue
        wrong += [
            f"{path.name}:{line} imports {name}"
            for line, name in imported(path)
            if name.split(".")[0] in IMPURE_MODULES
        ]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in IMPURE_CALLS:
                    wrong.append(f"{path.name}:{node.lineno} calls {name}()")
    assert wrong == []
