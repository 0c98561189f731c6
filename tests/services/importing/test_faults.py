"""What happens where a part of the import is wrong: the check finds it, and no such file is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.errors import ReconcileError
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.edits import FileEdit
from reconcile.model.record import NOTHING_REMEMBERED
from reconcile.model.settings import Policy
from reconcile.services.importing import checked_proposal
from tests.services.importing.test_written_imports import Way, contents, imported, project_in, snapshot_of

WAY = Way(checked_proposal.Destination("contacts").layout, bundles=False)


def account(*names: str) -> tuple[Contact, ...]:
    return tuple(
        Contact(Identity(str(number), "user", f"{name}@example.com"), State((Grant("customer"),), ()))
        for number, name in enumerate(names, 1)
    )


def broken(monkeypatch: pytest.MonkeyPatch, spoil: Callable[[str], str]) -> None:
    """The texts of files come out otherwise than they should."""
    edited = checked_proposal.edited_text

    def spoilt(text: str | None, edit: FileEdit, **named: tuple[str, ...]) -> str:
        return spoil(edited(text, edit, **named))

    monkeypatch.setattr(checked_proposal, "edited_text", spoilt)


SPOILT = {
    "role": (
        lambda text: text.replace("ann@example.com\n    roles: [customer]", "ann@example.com\n    roles: []"),
        "a plan would remove roles customer",
    ),
    "name": (lambda text: text.replace("ann@", "anna@"), "no entry would find it"),
    "text": (
        lambda text: text.replace("ann@example.com\n    roles", "ann@example.com\n    rolls"),
        "unknown key",
    ),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_a_contact_whose_plan_would_not_be_empty_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """It is named with the difference; the others are imported."""
    spoil, why = SPOILT[fault]
    broken(monkeypatch, spoil)
    project = project_in(tmp_path, Policy())
    snapshot = snapshot_of(account("ann", "bob"), project, NOTHING_REMEMBERED)
    (row,) = imported(project, snapshot, WAY).excluded
    assert (row.contact.email, row.why[: len(why)]) == ("ann@example.com", why)
    assert "report this as a fault of reconcile" in row.remedy
    (text,) = contents(project).values()
    assert text.decode() == "contacts:\n  - email: bob@example.com\n    roles: [customer]\n"


SPOILT_FOR_ALL = {
    "roles": (
        lambda text: text.replace("customer", "newsletter"),
        "ann@example.com (contact 1): a plan would",
    ),
    "file": (lambda text: f"contacts: [\n{text}", "contacts/contacts.yaml:1"),
}


@pytest.mark.parametrize("fault", SPOILT_FOR_ALL)
def test_where_that_is_everybody_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """An error says whose fault it is, and what to do."""
    spoil, why = SPOILT_FOR_ALL[fault]
    broken(monkeypatch, spoil)
    project = project_in(tmp_path, Policy())
    snapshot = snapshot_of(account("ann", "bob"), project, NOTHING_REMEMBERED)
    with pytest.raises(ReconcileError, match="would not be empty, so nothing was written") as error:
        imported(project, snapshot, WAY)
    assert why in str(error.value)
    assert "this is a fault of reconcile: please report these lines" in str(error.value)
    assert contents(project) == {}


def test_a_file_that_can_not_be_edited_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(_text: str | None, edit: FileEdit, **_: tuple[str, ...]) -> str:
        raise ValueError(f"{edit.file} is laid out so that it can't be edited")

    monkeypatch.setattr(checked_proposal, "edited_text", refusing)
    project = project_in(tmp_path, Policy())
    snapshot = snapshot_of(account("ann"), project, NOTHING_REMEMBERED)
    with pytest.raises(ReconcileError, match=r"is laid out .*; nothing was written"):
        imported(project, snapshot, WAY)


def test_a_role_that_the_account_has_no_more_is_settled_first(tmp_path: Path) -> None:
    """A plan refuses the entry as it stands, whoever imports its contact."""
    project = project_in(tmp_path, Policy())
    (tmp_path / "contacts").mkdir()
    entry = "contacts:\n  - email: ann@example.com\n    roles: [{reference: gone, starts: 2030-01-01}]\n"
    (tmp_path / "contacts/a.yaml").write_text(entry, encoding="utf-8")
    checked = imported(project, snapshot_of(account("ann"), project, NOTHING_REMEMBERED), WAY)
    (row,) = checked.excluded
    assert row.why == "the account has no role 'gone'; create the role in Evance first"
    assert contents(project) == {"a.yaml": entry.encode()}
