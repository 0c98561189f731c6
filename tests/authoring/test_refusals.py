"""What is not written: values that declarations can't hold, and edits that a text can't take."""

import pytest

from reconcile.authoring.file_text import edited_text
from reconcile.errors import UsageError
from reconcile.model.edits import EntryEdit, FileEdit, NewBundle, NewEntry, SetEdit, WrittenItem
from reconcile.model.facets import Facet
from reconcile.model.problem import Place
from tests.support.declared_edits import FILE

TEXT = "contacts:\n  - email: bob@example.com\n    roles: [a]\n"


@pytest.mark.parametrize(
    "entry",
    [
        NewEntry(),
        NewEntry(id="13\nroles: [administrator]"),
        NewEntry(id="0"),
        NewEntry(email=" "),
        NewEntry(email="a\u202eb@example.com"),
        NewEntry(reference="a\tb"),
        NewEntry(id="13", bundles=("a\nb",)),
        NewEntry(id="13", roles=(WrittenItem(""),)),
        NewEntry(id="13", tags=(WrittenItem("a\u200bb"),)),
    ],
)
def test_a_value_that_declarations_cannot_hold_is_refused(entry: NewEntry) -> None:
    """The one who makes the values leaves it out; here it is a mistake in the code."""
    for text in (None, TEXT):
        with pytest.raises(ValueError, match=r"declarations can't hold|needs an id|is no contact's id"):
            edited_text(text, FileEdit(FILE, added=(entry,)))


@pytest.mark.parametrize(
    "bundle",
    [NewBundle("a"), NewBundle("", (WrittenItem("a"),)), NewBundle("x" * 2_000, (WrittenItem("a"),))],
)
def test_a_bundle_that_declarations_cannot_hold_is_refused(bundle: NewBundle) -> None:
    """One without items, without a name, or with a name that is no key."""
    with pytest.raises(ValueError, match=r"neither roles nor tags|can't hold|can't be a key"):
        edited_text(None, FileEdit(FILE, bundles=(bundle,)))


@pytest.mark.parametrize("text", [None, TEXT, "# nothing\n", "bundles: {a: {tags: [b]}}\n"])
def test_an_edit_of_an_entry_that_is_not_there_is_refused(text: str | None) -> None:
    """A place of another version of the file would change somebody else."""
    with pytest.raises(ValueError, match="no entry"):
        edited_text(text, FileEdit(FILE, edited=(EntryEdit(Place(FILE, 2, 4)),)))


def test_what_no_way_of_editing_does_is_refused_with_its_place() -> None:
    """Two edits of one entry that contradict each other: no text says both, and none is returned."""
    edits = (
        EntryEdit(Place(FILE, 2, 5), {Facet.ROLES: SetEdit(put=(WrittenItem("b"),))}),
        EntryEdit(Place(FILE, 2, 5), dropped_keys=("roles",)),
    )
    with pytest.raises(UsageError, match=rf"{FILE}:2:5.*write it in block style"):
        edited_text(TEXT, FileEdit(FILE, edited=edits))
