"""Who is declared no longer: decided by the contact, in whatever words the entries name it."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model.baseline import NoLonger
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.declaration import Declaration, DeclaredGrant
from reconcile.model.plans.plan import PlanContext
from reconcile.model.problem import Place
from reconcile.model.record import NOTHING_REMEMBERED, Record, RecordedEntry, Remembered
from reconcile.model.settings import Policy
from reconcile.plan.baseline.resolved import baseline_of, resolved_form
from reconcile.plan.baseline.scope import EVERYTHING, select
from reconcile.plan.baseline.undeclared import find_removed, undeclared_rows
from tests.support.plans.declaration_strategies import NOW

PEOPLE = ("1", "2", "3", "4")

SPELLINGS = ("id", "reference", "email", "Email", "email and id", "email and reference")

spelt = st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(SPELLINGS))


def entry(number: str, spelling: str) -> Declaration:
    """The entry of a person, who is named in these words."""
    address = f"{'C' if spelling == 'Email' else 'c'}{number}@example.com"
    place = Place("contacts/a.yaml", int(number))
    return Declaration(
        place,
        id=number if "id" in spelling.split() else None,
        reference=f"CRM-{number}" if "reference" in spelling else None,
        email=address if "mail" in spelling else None,
        roles=(DeclaredGrant("customer", place),),
    )


def contact(number: str) -> Contact:
    identity = Identity(number, "user", f"c{number}@example.com", f"CRM-{number}")
    return Contact(identity, State((Grant("customer"),), ()))


@given(before=spelt, after=spelt, live=st.sets(st.sampled_from(PEOPLE)), recorded=st.booleans())
@settings(deadline=None, max_examples=150)
def test_those_are_told_whom_nothing_declares_and_who_are_there(
    *, before: Mapping[str, str], after: Mapping[str, str], live: set[str], recorded: bool
) -> None:
    """Be it a commit that they are compared with, or a record, which knows their ids."""
    earlier = [entry(*named) for named in before.items()]
    declarations = [entry(*named) for named in after.items()]
    baseline, remembered = baseline_of("main at 4f2a9c1", earlier, Policy(), "sha256:0"), NOTHING_REMEMBERED
    if recorded:
        entries = {
            told.key: RecordedEntry("sha256:0", number, NOW, form=resolved_form(told))
            for number, told in zip(before, earlier, strict=True)
        }
        record = Record("run-1", NOW, None, "sha256:0", "sha256:0", entries)
        baseline, remembered = record.baseline(), Remembered(record)
    contacts = {number: contact(number) for number in sorted(live)}
    gone = select(declarations, EVERYTHING, Policy(), baseline, remembered).gone
    identities = [each.identity for each in contacts.values()]
    removed = find_removed(gone, declarations, identities, remembered)
    context = PlanContext("shop", "shop.evance.me", Policy(), NOW, "1.0", baseline=baseline)
    rows = undeclared_rows(removed, contacts, [], context)
    assert [row.contact.id for row in rows] == sorted(before.keys() & live - after.keys())
    assert {(row.what, row.item) for row in rows} <= {(NoLonger.CONTACT, "customer")}
