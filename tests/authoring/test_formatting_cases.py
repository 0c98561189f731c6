"""The canonical layout by example: each file in ``tests/cases/formatting`` holds a text before and after."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile.authoring.formatting.layout import canonical_text
from tests.support.declared_edits import problems_in

CASES = Path(__file__).parent.parent / "cases" / "formatting"

AUTHORING = Path(__file__).parent.parent / "cases" / "authoring"


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_case_comes_out_as_it_says(path: Path) -> None:
    """To the byte, and laid out already then."""
    case = read(path)
    assert canonical_text(case["before"]) == case["after"]
    assert canonical_text(case["after"]) == case["after"]
    assert [] == problems_in(case["before"]) == problems_in(case["after"])


@pytest.mark.parametrize("name", ["new-file", "new-file-that-needs-quotes", "new-long-lists"])
def test_a_new_file_of_an_import_is_laid_out(name: str) -> None:
    """What an import writes is the canonical layout."""
    written = read(AUTHORING / f"{name}.yaml")["after"]
    assert canonical_text(written) == written


@pytest.mark.parametrize(
    "folder", ["contacts", "reconcile/services/starting/templates"], ids=["contacts", "templates"]
)
def test_the_files_of_this_repository_are_laid_out(folder: str) -> None:
    """Those that we show to others first of all."""
    root = Path(__file__).parent.parent.parent
    files = [
        path for path in (root / folder).rglob("*.yaml") if folder == "contacts" or path.stem == "example"
    ]
    texts = [path.read_text(encoding="utf-8").replace("@EXPIRES@", "2027-12-31") for path in files]
    assert files
    assert [canonical_text(text) for text in texts] == texts
