"""Every format as agreed, on one plan of everything."""

import pytest

from tests.support.pages.golden_files import FOLDER, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_each_format_is_as_agreed(name: str) -> None:
    """The whole page is what the golden file shows; what changes on purpose is written there anew."""
    assert PAGES[name]() == (FOLDER / name).read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    """A file that no test compares would claim what nobody checks."""
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)
