"""The public interface in one example: a folder and a configuration come out as the model."""

from pathlib import Path

import pytest

from reconcile.declare import load_declarations, load_settings
from reconcile.errors import DeclarationError
from reconcile.model import Policy

CONFIGURATION = """\
version: 1
timezone: Europe/London
targets:
  sandbox: {kind: sandbox}
  shop: {kind: evance, account: example.evance.me, rate: 5}
ignore: {roles: [staff-*], tags: ["auto:*"]}
guards: {losing-access: {contacts: 3, share: 10%}}
"""

DECLARATIONS = """\
bundles:
  trade: {roles: [customer, {reference: trade-account, status: active}], tags: [trade]}
contacts:
  - email: bob@email.com
    bundles: [trade]
    roles: [{reference: trade-account, starts: 2026-12-01, expires: 2027-01-31, reason: Agreement}]
    profile: {firstname: Bob, company: ""}
"""


def test_a_folder_becomes_declarations(tmp_path: Path) -> None:
    """Settings and declarations load, bundles are resolved, and places are relative to the root."""
    (tmp_path / "reconcile.yaml").write_text(CONFIGURATION)
    (tmp_path / "contacts").mkdir()
    (tmp_path / "contacts/a.yaml").write_text(DECLARATIONS)
    settings = load_settings(tmp_path / "reconcile.yaml")
    loaded = load_declarations(tmp_path / settings.contacts, settings.policy, root=tmp_path)
    (bob,) = loaded.declarations
    assert str(bob.place) == "contacts/a.yaml:4:5"
    assert [(grant.reference, grant.bundle) for grant in bob.roles or ()] == [
        ("customer", "trade"),
        ("trade-account", None),
    ]
    assert bob.profile == {"firstname": "Bob", "company": None}


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Each problem of each file is told, sorted, with its place and rule."""
    (tmp_path / "a.yaml").write_text("contacts:\n  - {email: bob, expire_at: 2027-01-01}\n")
    (tmp_path / "b.yaml").write_text("contacts:\n  - email: a@b.c\n    tags: [2027]\n    bundles: [none]\n")
    with pytest.raises(DeclarationError) as caught:
        load_declarations(tmp_path, Policy(), root=tmp_path)
    assert [(str(problem.place), problem.rule) for problem in caught.value.problems] == [
        ("a.yaml:2:13", "wrong-value"),
        ("a.yaml:2:18", "unknown-key"),
        ("b.yaml:3:12", "quotes"),
        ("b.yaml:4:15", "unknown-bundle"),
    ]
