"""Explaining by example: each file in ``tests/cases/explain`` holds declarations, an account and the text.

A file has what a case of planning has (see ``tests/plan/test_cases.py``), the name of a ``contact``, and the
text that ``explains`` it.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from reconcile.model.plans.plan import PlanContext
from reconcile.model.reports.explanation import Explanation
from reconcile.plan.explain import explain_contact, explain_undeclared_contact
from reconcile.plan.matching.matches import match_declarations
from reconcile.render.explanation import explanation_text
from reconcile.services.explaining import contacts_named, declarations_named
from tests.plan.test_cases import read

CASES = Path(__file__).parent.parent / "cases" / "explain"

NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))


def explained(content: dict[str, Any], folder: Path) -> Explanation:
    case = read(content, folder)
    assert case.problems == ()
    context = PlanContext("sandbox", "sandbox.evance.me", case.policy, case.now, "1.0")
    live = {contact.identity.id: contact for contact in case.live}
    identities = [contact.identity for contact in case.live]
    declared = declarations_named(case.declarations, content["contact"])
    if not declared:
        (who,) = contacts_named(identities, content["contact"])
        return explain_undeclared_contact(live[who.id], context)
    found = match_declarations(declared, identities)
    assert found.problems == ()
    return explain_contact(declared[0], live[found.matched[0][1].id] if found.matched else None, context)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_explained_as_its_file_says(name: str, tmp_path: Path) -> None:
    """The whole text of each case file."""
    content = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    assert explanation_text(explained(content, tmp_path)) == content["explains"]


def test_there_are_enough_cases() -> None:
    """A case file that is lost by accident is noticed."""
    assert len(NAMES) >= 28
