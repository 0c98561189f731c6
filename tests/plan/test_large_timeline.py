"""A large folder: the timeline takes time in proportion to what it shows."""

import pytest

from reconcile.clock import Window
from reconcile.documents.codec import encode_text
from reconcile.documents.reports import TimelineDocument
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.problem import Place
from reconcile.plan.schedule.timeline import build_timeline
from reconcile.render.masking.mask import mask
from reconcile.render.timeline.timeline_text import timeline_text
from reconcile.services.explaining import declarations_named, nearest_name
from tests.support.plans.explanation_samples import DAY, NOW, plan_context

CONTACTS = 24_000

SPRING = Window(NOW + DAY, NOW + 60 * DAY)


def many_declarations() -> list[Declaration]:
    """Contacts that all have one bundle."""
    place = Place("contacts/bundles.yaml", 3, 1)
    roles = (DeclaredGrant("preview", place, window=SPRING, bundle="spring"),)
    tags = (DeclaredTag("spring", place, SPRING, bundle="spring"),)
    return [
        Declaration(
            Place("contacts/all.yaml", line), email=f"person{line}@example.com", roles=roles, tags=tags
        )
        for line in range(1, CONTACTS + 1)
    ]


@pytest.mark.timeout(60)
def test_a_bundle_of_everybody_starts_and_lapses_for_each() -> None:
    """Two items for each of 24,000 contacts; whoever pairs them all up takes hours."""
    entries = many_declarations()
    found = build_timeline(entries, plan_context(str), 30)
    assert (found.contacts, found.starts, found.lapses) == (CONTACTS, 2 * CONTACTS, 0)
    assert timeline_text(found).count("starts 2026-11-24") == 2 * CONTACTS
    few = mask(build_timeline(entries[:2_400], plan_context(str), 90))
    assert encode_text(TimelineDocument, few).count('"event": "lapses"') == 4_800


@pytest.mark.timeout(60)
def test_one_among_many_is_found_by_its_name_or_the_nearest() -> None:
    """A name that nobody has is answered in seconds."""
    entries = many_declarations()
    assert [entry.label for entry in declarations_named(entries, "PERSON77@example.com")] == [
        "person77@example.com"
    ]
    assert nearest_name(entries, "person77@exmple.com") == "person77@example.com"
