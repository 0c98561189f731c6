"""A plan may pass over a contact whose row has not moved: only what was seen to move it counts."""

from typing import Any

import pytest

from reconcile.model.facets import MANAGED, Facet
from reconcile.model.settings import FacetSource, UpdateMethod
from reconcile.probe.runner import ProbeRun, capabilities_from
from tests.support.sandbox.scratch_account import ScratchAccount, answers, probe


def moving(ended: ProbeRun) -> tuple[Facet, ...]:
    return capabilities_from(ended.findings, "a.evance.me", UpdateMethod.POST).modified_on


def detail(ended: ProbeRun, question: str) -> str:
    return next(finding.detail for finding in ended.findings if finding.name == question)


@pytest.mark.parametrize("still", [(), (Facet.ROLES, Facet.PROFILE), MANAGED])
def test_exactly_what_moves_it_is_written_down(
    scratch_account: ScratchAccount, still: tuple[Facet, ...]
) -> None:
    """One by one; the contact is as it was, and the finding names those that do not move it."""
    before = scratch_account.now()
    scratch_account.turn(**{f"modified_by_{facet}": "no" for facet in still})
    ended = probe(scratch_account, "modified")
    assert moving(ended) == tuple(facet for facet in MANAGED if facet not in still)
    assert ("does not move with every change of " + ", ".join(still) in detail(ended, "modified")) == bool(
        still
    )
    assert scratch_account.now() == before


def test_a_list_that_is_late_voids_all(scratch_account: ScratchAccount) -> None:
    """A row that has not moved yet would pass for one that has not changed."""
    scratch_account.turn(v2_rows="cached", v2_nested_read="yes")
    ended = probe(scratch_account, "list-shows", "modified")
    assert answers(ended)["modified"] == "none"
    assert moving(ended) == ()
    assert "another `modifiedOn` than the contact itself" in detail(ended, "modified")
    assert "was as before although the contact had changed" in detail(ended, "list-shows")


def test_a_moment_that_moves_by_itself_voids_all(scratch_account: ScratchAccount) -> None:
    """It would look as if every change had moved it."""
    # The first list finds the contact, and the question begins with two looks at its row.
    scratch_account.fault(
        f"writer:contact={scratch_account.id},lastname=Other,n=3,path=/api/v2/contacts.json"
    )
    ended = probe(scratch_account, "modified")
    assert moving(ended) == ()
    assert "moves although nobody changes the contact" in detail(ended, "modified")


@pytest.mark.parametrize(
    ("switches", "open_", "reason"),
    [
        ({"tags_write": "add"}, Facet.TAGS, "tags is open: an update of tags changed nothing"),
        ({"unnamed_sets": "drop-tags"}, Facet.PROFILE, "an update of position also changed tags"),
        ({"tags_read": "none"}, Facet.TAGS, "tags is open: the tags of the contact can't be read"),
    ],
)
def test_what_could_not_be_changed_alone_is_not_proven(
    scratch_account: ScratchAccount, switches: dict[str, Any], open_: Facet, reason: str
) -> None:
    """A change that did not take effect, or took another one along, tells nothing."""
    scratch_account.turn(**switches)
    ended = probe(scratch_account, "modified")
    assert open_ not in moving(ended)
    assert Facet.ADDRESS in moving(ended)
    assert reason in detail(ended, "modified")


@pytest.mark.parametrize(
    ("switches", "from_list"),
    [
        ({}, (Facet.PROFILE,)),
        ({"v2_row_fields": "few"}, (Facet.PROFILE,)),
        ({"v2_nested_read": "yes"}, MANAGED),
        ({"v2_nested_read": "sets"}, (Facet.ROLES, Facet.TAGS, Facet.PROFILE)),
        ({"v2_nested_read": "yes", "v2_rows": "mixed"}, (Facet.ROLES, Facet.TAGS)),
        ({"v2_nested_read": "yes", "v2_rows": "cached"}, ()),
    ],
)
def test_the_list_is_believed_where_it_told_the_truth(
    scratch_account: ScratchAccount, switches: dict[str, str], from_list: tuple[Facet, ...]
) -> None:
    """Before a change and right after it; a value under the wrong field shows once each has its own text."""
    scratch_account.turn(**switches)
    known = capabilities_from(probe(scratch_account, "list-shows").findings, "a", UpdateMethod.POST)
    assert tuple(facet for facet in MANAGED if known.source(facet) is FacetSource.LIST) == from_list
