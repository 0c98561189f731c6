"""What only one room may know: the keys of Evance's JSON, and the HTTP library."""

import ast
from collections.abc import Iterator
from pathlib import Path

import reconcile
from reconcile.wire.roles_and_tags import SET_KEYS

PACKAGE = Path(reconcile.__file__).parent

HTTP_LIBRARIES = {"requests", "urllib3"}


def modules(*, without: set[str]) -> Iterator[tuple[str, ast.Module]]:
    """The name and the tree of each module outside these rooms."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE)
        if name.parts[0] not in without:
            yield str(name), ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> set[str]:
    """The top names of all that a module imports, lazily too."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return {name.split(".")[0] for name in names}


def test_wire_alone_knows_how_evance_calls_the_roles() -> None:
    """Another version of the API is a matter of `wire` and `evance`; the sandbox is the other party."""
    key = SET_KEYS["roles"]
    knowing = [
        name
        for name, tree in modules(without={"wire", "sandbox"})
        if any(isinstance(node, ast.Constant) and node.value == key for node in ast.walk(tree))
    ]
    assert knowing == []


def test_one_room_alone_knows_the_http_library() -> None:
    """Limits, proxies, certificates and failures are written once."""
    knowing = [name for name, tree in modules(without={"http", "sandbox"}) if imports(tree) & HTTP_LIBRARIES]
    assert knowing == []
