"""Plans as the planner makes them, from declarations and live contacts, through every format."""

import json
from datetime import UTC, datetime

from jsonschema import Draft202012Validator

from reconcile.clock import Window
from reconcile.documents.plan import plan_document, plan_from_document, plan_json, plan_schema
from reconcile.model.contact import Contact, Grant, Identity, State
from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredTag
from reconcile.model.plans.plan import Plan, PlanContext
from reconcile.model.problem import Place
from reconcile.model.settings import Patterns, Policy
from reconcile.plan.approval import invalid_approval
from reconcile.plan.digest import plan_digest
from reconcile.plan.matching.matches import match_declarations
from reconcile.plan.planner import make_plan, plan_contacts
from reconcile.render.layout import TextLayout
from reconcile.render.masking.mask import mask
from reconcile.render.plan_markdown.document import plan_markdown
from reconcile.render.plan_page.page import plan_page
from reconcile.render.plan_text import plan_text

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)

FILE = "contacts/trade/ipswich.yaml"

POLICY = Policy(timezone="Europe/London", ignore=Patterns(roles=("staff-*",)))


def planned(declaration: Declaration, *live: Contact) -> Plan:
    """The plan for one declaration."""
    resolution = match_declarations([declaration], [contact.identity for contact in live])
    context = PlanContext("shop", "example.evance.me", POLICY, NOW, "0.1.0")
    contacts = plan_contacts(resolution, {contact.identity.id: contact for contact in live}, context)
    return make_plan(resolution, contacts, context)


def bob(*roles: Grant, tags: tuple[str, ...] = ()) -> Contact:
    return Contact(Identity("13", "user", "bob@email.com"), State(roles=tuple(sorted(roles)), tags=tags))


def wanted(*roles: DeclaredGrant, tags: tuple[DeclaredTag, ...] = ()) -> Declaration:
    return Declaration(Place(FILE, 7, 5), email="bob@email.com", roles=roles, tags=tags)


def day(month: int, number: int, year: int = 2027) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


def sample() -> Plan:
    """The plan of the manual: a role granted, changed, revoked and ignored, a tag added and kept."""
    june = datetime(2027, 6, 30, 23, tzinfo=UTC)
    return planned(
        wanted(
            DeclaredGrant(
                "trade-account", Place(FILE, 9), "active", Window(None, day(2, 1)), "Agreement 2026/7"
            ),
            DeclaredGrant("newsletter", Place(FILE, 10), None, Window(None, june)),
            tags=(DeclaredTag("ipswich", Place(FILE, 12)), DeclaredTag("trade", Place(FILE, 13))),
        ),
        bob(
            Grant("newsletter", "active", day(1, 1)),
            Grant("preview"),
            Grant("staff-discount"),
            tags=("trade",),
        ),
    )


def test_a_planned_change_reads_as_in_the_manual() -> None:
    """From the declarations to the text: columns, words, order, reasons, what is kept."""
    assert plan_text(sample(), TextLayout(width=98)).split("\n\n")[2].splitlines() == [
        "  ~ bob@email.com (contact 13)                                       contacts/trade/ipswich.yaml:7",
        '      + role  trade-account   active, expires 2027-01-31 (end of day, Europe/London)   "Agreement',
        '                              2026/7"',
        "      ~ role  newsletter      expires 2026-12-31 → 2027-06-30 (lengthened)",
        "      - role  preview         not declared",
        "      = role  staff-discount  kept: ignored by staff-*",
        "      + tag   ipswich",
        "      = tag   trade           kept",
    ]


def test_windows_outside_the_clock_say_when() -> None:
    """A tag that lapsed and a role that has not started tell the day, as people count days."""
    made = planned(
        wanted(
            DeclaredGrant("sale", Place(FILE, 9), None, Window(day(12, 1, 2026), day(2, 1))),
            tags=(DeclaredTag("old", Place(FILE, 12), Window(None, day(11, 2, 2026))),),
        ),
        bob(Grant("sale"), tags=("old",)),
    )
    shown = plan_text(made)
    assert "- role  sale  not before 2026-12-01" in shown
    assert "- tag   old   lapsed 2026-11-01" in shown
    assert "Valid until 2026-12-01 00:00 (Europe/London), when sale of bob@email.com starts." in shown


def test_a_saved_plan_is_the_plan() -> None:
    """It follows the schema, reads back equal, and has the digest that it names."""
    document = json.loads(plan_json(sample()))
    Draft202012Validator(plan_schema()).validate(document)
    read = plan_from_document(document)
    assert read == sample()
    assert plan_digest(read) == read.digest


def test_a_masked_plan_can_not_pass_for_the_plan() -> None:
    """It names no digest, so that no apply takes it, and says what it is."""
    masked = mask(sample())
    (reason,) = invalid_approval(masked, plan_document(masked))
    assert reason == "it names no digest: it was masked, and can only be read"


def test_every_format_tells_the_same() -> None:
    """Counts, digest and each role stand in all of them."""
    made = sample()
    for shown in (plan_text(made), plan_json(made), plan_markdown(made), plan_page(made)):
        for word in (made.digest, "trade-account", "newsletter", "preview", "staff-discount", "ipswich"):
            assert word in shown


def test_an_empty_plan_is_short() -> None:
    """Live and declared agree: one line says so, and nothing is listed."""
    made = planned(wanted(DeclaredGrant("customer", Place(FILE, 9))), bob(Grant("customer")))
    assert plan_text(made).splitlines() == [
        "No changes. 1 contact at example.evance.me is as declared, as of 2026-11-23 09:00 (Europe/London)",
        "",
        "Plan: 1 contact unchanged",
        "Valid as long as declarations and account stay as they are: no window starts or lapses.",
        f"Digest {made.digest}",
    ]
    assert "<details>" not in plan_markdown(made)
