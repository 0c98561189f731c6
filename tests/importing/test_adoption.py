"""Each file of ``tests/cases/adopting``: declarations, what the account has, and the text after an adoption.

A case has a ``claim``, the text ``before``, ``live`` contacts by the address of their entry, the text
``after``, what is ``left``, and, where it needs them, a ``policy`` and ``bundles`` in another file. A day ago
all contacts were as declared, so that what differs now, but for the clock, was done outside.
"""

from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.authoring.file_text import edited_text
from reconcile.declare.loader import load_declarations
from reconcile.importing.adoption import Adoption, adopt
from reconcile.importing.held_sets import ImportRules, usual_spellings
from reconcile.model.contact import Contact, Grant, Identity, State, email_key
from reconcile.model.declaration import Declaration
from reconcile.model.edits import FileEdit
from reconcile.model.facets import tag_key
from reconcile.model.plans.plan import PlanContext
from reconcile.model.record import Record, RecordedEntry, Remembered
from reconcile.model.reports.drift import Drift
from reconcile.model.settings import Policy
from reconcile.plan.baseline.resolved import resolved_form
from reconcile.plan.contact_plan import ContactPlan, plan_contact
from reconcile.plan.digest import policy_digest, resolved_digest
from reconcile.plan.drift.causes import explain_drift
from reconcile.plan.matching.matches import Matches
from reconcile.plan.planner import make_plan

from .test_cases import policy_of

CASES = Path(__file__).parent.parent / "cases" / "adopting"

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

A_DAY_AGO = NOW - timedelta(days=1)

FILE, SHARED = "contacts/a.yaml", "contacts/bundles.yaml"


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


class Account:
    """Contacts by their addresses, and the folder that declares them."""

    def __init__(self, root: Path, text: str, live: dict[str, Contact], policy: Policy) -> None:
        self.root, self.live, self.policy = root, live, policy
        self.context = PlanContext("shop", "shop", policy, NOW, "1")
        (root / "contacts").mkdir(exist_ok=True)
        self.write(text)

    def write(self, text: str, file: str = FILE) -> None:
        (self.root / file).write_bytes(text.encode())
        self.__dict__.pop("declarations", None)

    @property
    def text(self) -> str:
        return (self.root / FILE).read_bytes().decode()

    @cached_property
    def declarations(self) -> tuple[Declaration, ...]:
        folder = self.root / "contacts"
        return load_declarations(folder, self.policy, root=self.root, now=NOW).declarations

    def plans(self) -> list[ContactPlan]:
        """The plan of each contact."""
        pairs = ((entry, self.live[email_key(entry.email or "")]) for entry in self.declarations)
        return [plan_contact(entry, contact, self.context) for entry, contact in pairs]

    def drift(self) -> Drift:
        """What differs, after a run a day ago that left everything as declared."""
        plans = self.plans()
        pairs = tuple((plan.declaration, plan.identity) for plan in plans)
        plan = make_plan(Matches(pairs, (), ()), plans, self.context)
        config = policy_digest(self.policy, plan.account)
        entries = {entry.key: self._recorded(entry, who) for entry, who in pairs}
        record = Record("run-1", A_DAY_AGO, None, plan.declarations_digest, config, entries)
        return explain_drift(plan, Remembered(record), self.policy)

    def _recorded(self, entry: Declaration, who: Identity) -> RecordedEntry:
        return RecordedEntry(
            resolved_digest(entry, self.policy), who.id, A_DAY_AGO, form=resolved_form(entry)
        )

    def adopt(self) -> list[Adoption]:
        """Adopt all that was done outside, into the file."""
        drift, contacts = self.drift(), {contact.identity.id: contact for contact in self.live.values()}
        rules = ImportRules(self.policy, NOW, usual_spellings(contacts.values(), self.declarations))
        adoptions = [
            adopt(drift.differences_of(change.contact), contacts[change.contact.id], rules)
            for change in drift.plan.changes
        ]
        edits = tuple(one.edit for one in adoptions if one.edit)
        if edits:
            self.write(edited_text(self.text, FileEdit(FILE, edited=edits)))
        return adoptions


def contact_of(number: int, email: str, held: dict[str, Any]) -> Contact:
    tags = tuple(sorted(held.get("tags", ()), key=tag_key))
    roles = tuple(sorted(map(grant_of, held.get("roles", ()))))
    profile = {"email": email, **held.get("profile", {})}
    state = State(roles, tags, profile, held.get("address", {}))
    return Contact(Identity(str(number), "user", email), state)


def grant_of(values: Any) -> Grant:
    if isinstance(values, str):
        return Grant(values)
    expires = values.get("expires")
    at = datetime.fromisoformat(expires).astimezone(UTC) if expires else None
    return Grant(values["reference"], values.get("status", "active"), at)


def account_of(case: dict[str, Any], root: Path) -> Account:
    live = {
        email: contact_of(number, email, held)
        for number, (email, held) in enumerate(case["live"].items(), start=13)
    }
    account = Account(root, case["before"], live, policy_of(case.get("policy", {})))
    if "bundles" in case:
        account.write(case["bundles"], SHARED)
    return account


def items(steps: Any) -> set[tuple[str, str]]:
    return {(step.facet, step.item) for step in steps}


@pytest.mark.parametrize("name", sorted(path.stem for path in CASES.glob("*.yaml")))
def test_a_case_comes_out_as_it_says(name: str, tmp_path: Path) -> None:
    """The text to the byte, what is left, and a plan that has nothing but that."""
    case = read(name)
    account = account_of(case, tmp_path)
    adoptions = account.adopt()
    assert account.text == case.get("after", case["before"])
    left = [f"{row.what}: {row.why}" for adoption in adoptions for row in adoption.left]
    assert left == case.get("left", [])
    assert all(row.remedy for adoption in adoptions for row in adoption.left)
    adopted = items(one.operation for adoption in adoptions for one in adoption.adopted)
    planned = items(step for plan in account.plans() for step in plan.operations)
    assert not adopted & planned
    assert len(planned) == len(left)
    assert [entry for entry in account.adopt() if entry.edit] == []


NAMES = {"roles": ["customer", "press", "trade-account"], "tags": ["ipswich", "trade", "vip"]}

ENDS = [None, datetime(2027, 2, 1, tzinfo=UTC), datetime(2027, 6, 30, 23, tzinfo=UTC)]

WRITTEN_ENDS = {None: "", ENDS[1]: ", expires: 2027-01-31", ENDS[2]: ", expires: 2027-06-30"}

held = st.fixed_dictionaries(
    {
        "roles": st.dictionaries(st.sampled_from(NAMES["roles"]), st.sampled_from(ENDS)),
        "tags": st.dictionaries(st.sampled_from(NAMES["tags"]), st.none()),
    }
)


def written_item(facet: str, name: str, end: datetime | None) -> str:
    key = "reference" if facet == "roles" else "value"
    return f"{{{key}: {name}{WRITTEN_ENDS[end]}}}" if end else name


@st.composite
def entries(draw: st.DrawFn, number: int, sets: dict[str, Any]) -> str:
    """An entry in block or flow style that declares these sets, with comments everywhere."""
    lines = [f"  # entry {number}", f'  - email: "c{number}@example.com"   # who']
    given_by_bundle = draw(st.booleans()) and sets["roles"].keys() >= {"customer"}
    lines += ["    bundles: [everybody]   # by agreement"] if given_by_bundle else []
    for facet, held_items in sets.items():
        own = {
            name: end
            for name, end in held_items.items()
            if not (given_by_bundle and name == "customer" and not end)
        }
        texts = [written_item(facet, name, end) for name, end in own.items()]
        if not texts or draw(st.booleans()):
            lines.append(f"    {facet}: [{', '.join(texts)}]   # the {facet}")
        else:
            lines += [f"    {facet}:   # the {facet}", *(f"      - {text}  # {text[:3]}" for text in texts)]
    return "".join(f"{line}\n" for line in lines)


@st.composite
def shops(draw: st.DrawFn) -> tuple[list[str], dict[str, Contact]]:
    """Entries, and contacts of whom some were changed since they were as declared."""
    texts, live = [], {}
    for number in range(1, draw(st.integers(1, 4)) + 1):
        declared = draw(held)
        now = draw(st.just(declared) | held)
        texts.append(draw(entries(number, declared)))
        roles = tuple(sorted(Grant(name, expires=end) for name, end in now["roles"].items()))
        state = State(roles, tuple(sorted(now["tags"])), {}, {})
        email = f"c{number}@example.com"
        live[email] = Contact(Identity(str(number), "user", email), state)
    return texts, live


@pytest.mark.parametrize("examples", [10, pytest.param(150, marks=pytest.mark.long)])
def test_after_an_adoption_the_plan_is_empty_and_all_else_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, examples: int
) -> None:
    """Whatever was done outside; entries of contacts that nobody touched keep every byte."""
    root = tmp_path_factory.mktemp("adopted")
    law = given(shop=shops())(_adopts)
    settings(max_examples=examples)(law)(root=root)


def _adopts(root: Path, shop: tuple[list[str], dict[str, Contact]]) -> None:
    texts, live = shop
    head = "bundles:\n  everybody: {roles: [customer]}   # all of them\ncontacts:\n"
    account = Account(root, head + "".join(texts), live, Policy())
    touched = {plan.identity.email for plan in account.plans() if plan.operations}
    adoptions = account.adopt()
    assert {one.identity.email for one in adoptions} == touched
    assert [row for adoption in adoptions for row in adoption.left] == []
    assert [plan.operations for plan in account.plans() if plan.operations] == []
    after = account.text
    assert after.startswith(head)
    for number, text in enumerate(texts, start=1):
        assert text in after or f"c{number}@example.com" in touched
    assert after.count("# who") == len(texts)
