"""Masking: what leaves the terminal names nobody."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal
from unicodedata import normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconcile.documents.plan import plan_document, plan_json, plan_schema
from reconcile.model.baseline import EntryKey, NoLonger, Scope, Undeclared
from reconcile.model.contact import Identity
from reconcile.model.facets import Facet
from reconcile.model.plans.change import SetAside
from reconcile.model.plans.operation import Action, OriginKind
from reconcile.model.plans.plan import Plan
from reconcile.model.plans.schedule import Scheduled, Withheld
from reconcile.model.problem import Place
from reconcile.plan.digest import plan_digest
from reconcile.render.escape import MASK
from reconcile.render.masking.mask import _WALKS, mask
from reconcile.render.masking.personal_texts import PersonalTexts, initials, mask_email, mask_emails
from reconcile.render.plan_markdown.document import plan_markdown
from reconcile.render.plan_page.page import plan_page
from reconcile.render.plan_text import plan_text
from reconcile.render.registry import FORMATS
from tests.support.plans.plan_samples import (
    BASE,
    additive,
    boundary,
    change,
    creation,
    field_set,
    full_plan,
    grant,
    granted,
    kept_tag,
    origin,
    plan,
    revoked,
    scope,
    tag_added,
    verdict,
)
from tests.support.plans.plan_strategies import PLANS

CANARIES = (
    "zebedee",
    "quuxworth",
    "zq.canary",
    "canary-host",
    "01473 555 019",
    "sorrel",
    "grimwade",
    "second-canary",
    "xanthippe",
    "canary-site",
)
"""Pieces of everything personal in the plan below, as they are looked for: case-folded."""


def personal_plan() -> Plan:
    """A plan with names, addresses and numbers wherever a plan can hold them."""
    email, other = "ZQ.Canary@canary-host.example", "second-canary@canary-host.example"
    fields = {"firstname": "Zebedee", "lastname": "Quuxworth", "phone": "01473 555 019"}
    fields["website"] = "canary-site.example"
    address = {"line1": "2 Sorrel Horse Mews", "line2": "Grimwade Street", "zip": "IP4 1LN"}
    address["countryCode"] = "GB"
    steps = [field_set(name, f"Xanthippe {value}", value) for name, value in fields.items()]
    steps += [field_set(name, None, value, Facet.ADDRESS) for name, value in address.items()]
    one = change(
        granted(grant("customer"), origin(reason=f"Zebedee asked, see {email} and ring 01473 555 019")),
        revoked(grant("preview")),
        tag_added("Friend of Quuxworth"),
        tag_added(other),
        field_set("email", email, other),
        *steps,
        email=email,
        reference="B-77",
        file=f"contacts/Zebedee Quuxworth/{email}.yaml",
        kept=(kept_tag("zebedee"),),
    )
    body = {
        "email": other,
        **fields,
        "address": {**address, "line3": ["Sorrel"]},
        "tags": {"contact": ["zebedee", other]},
        "accessRoles": [{"reference": "customer", "status": "active"}],
        "biography": "Zebedee was born",
        "age": 42,
        "secret": True,
        "nothing": None,
        email: "Zebedee",
    }
    return plan(
        replace(one, payload={"contact": body}),
        valid_until=boundary(of=other),
        notes=(f"{other}: not found in a listing that is not whole",),
        set_aside=(
            SetAside(
                Identity("14", "user", other, f"for {email}"),
                Place(f"contacts/{other}.yaml", 3),
                f"contact 14 was {other} and is now {email}",
                (f"{email}-only",),
            ),
        ),
        guards=(verdict("protected", 2, 0, email, f"role customer of {email}", f"{other}: role x"),),
        **_later_of(one.contact, Identity("15", "user", "third@canary-host.example", f"of {other}")),
    )


def _later_of(one: Identity, third: Identity) -> dict[str, Any]:
    """Schedules and the like, of a contact whose names the plan tells, and of one who is only an address."""
    why = origin(OriginKind.BUNDLE, third.email, f"{third.email} asked")
    items = [(Facet.TAGS, "friend of QUUXWORTH", one, replace(why, reason="Quuxworth asked"))]
    items += [(Facet.TAGS, third.email, third, why), (Facet.ROLES, f"only-{third.email}", third, why)]
    ahead = [
        Scheduled(
            who, Place(f"contacts/{who.email}.yaml", 4), facet, item, Action.ADD, told, status=who.email
        )
        for facet, item, who, told in items
    ]
    return {
        "scheduled": tuple(ahead),
        "withheld": tuple(
            Withheld(row.contact, row.source, row.facet, row.item, row.origin) for row in ahead[:1]
        ),
        "undeclared": tuple(
            Undeclared(row.contact, NoLonger.ITEM, row.facet, row.item, row.status, source=row.source)
            for row in ahead
        ),
        "would_revoke": (
            additive("friend of Quuxworth", one, third, facet=Facet.TAGS),
            additive(f"only-{third.email}", third, status=third.email),
        ),
        "scope": Scope(
            only=(third.email, "contacts/Zebedee.yaml", "id 13"),
            contacts=(EntryKey("13"), EntryKey(None, f"ref {one.email}", "fourth@canary-host.example")),
            declared=9,
        ),
    }


def test_a_scope_keeps_ids_and_references() -> None:
    """They name nobody, and are what was asked for."""
    scope = mask(personal_plan()).scope
    assert scope == Scope(
        only=("t•••@c•••.example", "contacts/•••.yaml", "id 13"),
        contacts=(EntryKey("13"), EntryKey(None, "ref Z•••@c•••.example", "f•••@c•••.example")),
        declared=9,
    )


def test_what_lies_ahead_keeps_whose_it_is() -> None:
    """By ids; tags that tell a name do not, since the contact's change says what its names are."""
    masked = mask(personal_plan())
    assert [(row.contact.id, row.item) for row in masked.scheduled] == [
        ("13", "friend of •••"),
        ("15", "t•••@c•••.example"),
        ("15", "o•••@c•••.example"),
    ]
    assert [(row.contact.id, row.source and row.source.file) for row in masked.undeclared] == [
        ("13", "c•••@c•••.yaml"),
        ("15", "c•••@c•••.yaml"),
        ("15", "c•••@c•••.yaml"),
    ]


@settings(deadline=None, max_examples=30)
@given(PLANS, st.sampled_from([plan_text, plan_json, plan_markdown, plan_page]))
def test_no_address_of_any_plan_survives(made: Plan, show: Callable[[Plan], str]) -> None:
    """Whoever a plan is about, in whichever part of it: no format tells an address once it is masked."""
    contacts = ("changes", "set_aside", "scheduled", "withheld", "undeclared")
    made = replace(made, **{part: _with_addresses(getattr(made, part)) for part in contacts})
    assert "canary-host" not in show(mask(made)).casefold()


def _with_addresses(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    """The entries, each of a contact whose address stands in its file's name, too."""
    emails = [f"person{number}@canary-host.example" for number in range(len(entries))]
    return tuple(
        replace(entry, contact=replace(entry.contact, email=email), source=Place(f"contacts/{email}.yaml", 1))
        for entry, email in zip(entries, emails, strict=True)
    )


@pytest.mark.parametrize("show", [plan_text, plan_json, plan_markdown, plan_page])
def test_no_personal_string_is_in_any_masked_output(show: object) -> None:
    """Not one canary passes, in any format; unmasked, each format shows some."""
    assert callable(show)
    found = show(mask(personal_plan())).casefold()
    assert [canary for canary in CANARIES if canary in found] == []
    assert any(canary in show(personal_plan()).casefold() for canary in CANARIES)


def test_every_canary_is_in_the_unmasked_document() -> None:
    """The search above could find each of them."""
    found = plan_json(personal_plan()).casefold()
    assert [canary for canary in CANARIES if canary not in found] == []


def test_what_a_review_needs_stays() -> None:
    """Ids, references, roles, expiries, reasons and the country."""
    masked = mask(personal_plan())
    shown = plan_text(masked)
    assert "Z•••@c•••.example (contact 13, reference B-77)" in shown
    assert "+ role  customer" in shown
    assert '"••• asked, see Z•••@c•••.example and ring •••"' in shown
    assert "+ address.countryCode" in shown
    assert '"GB"' in shown
    assert '"X. Z." → "Z."' in shown


def test_the_masked_payload_keeps_its_shape() -> None:
    """Roles and tags stay, fields are masked, and nothing else changes its type but numbers."""
    assert mask(personal_plan()).changes[0].payload["contact"] == {
        "email": "s•••@c•••.example",
        "firstname": "Z.",
        "lastname": "Q.",
        "phone": "•••",
        "website": "•••",
        "address": {"line1": "•••", "line2": "•••", "zip": "•••", "countryCode": "GB", "line3": ["•••"]},
        "tags": {"contact": ["•••", "s•••@c•••.example"]},
        "accessRoles": [{"reference": "customer", "status": "active"}],
        "biography": "•••",
        "age": "•••",
        "secret": True,
        "nothing": None,
        "Z•••@c•••.example": "•••",
    }


@settings(deadline=None, max_examples=40)
@given(PLANS)
def test_a_masked_plan_is_a_plan(made: Plan) -> None:
    """Its document follows the schema, it has as many steps, and it is of the same account and instant."""
    masked = mask(made)
    Draft202012Validator(plan_schema()).validate(plan_document(masked))
    assert [len(one.operations) for one in masked.changes] == [len(one.operations) for one in made.changes]
    covered = ("as_of", "unchanged", "account", "target", "revert", "timezone")
    assert [getattr(masked, name) for name in covered] == [getattr(made, name) for name in covered]


def test_counts_are_those_of_the_plan() -> None:
    """The summary of a masked plan is that of the whole one."""
    assert plan_document(mask(full_plan()))["summary"] == plan_document(full_plan())["summary"]


@pytest.mark.parametrize("show", [plan_text, plan_json, plan_markdown, plan_page])
def test_no_digest_lets_an_address_be_guessed(show: Callable[[Plan], str]) -> None:
    """A digest over an address and else known values could be tried against a list of addresses.

    The commit of the base is public.
    """
    assert DIGEST.search(show(full_plan()))
    assert set(DIGEST.findall(show(mask(full_plan())))) <= {BASE}
    assert "Digest" not in show(mask(full_plan()))


DIGEST = re.compile(r"sha256:|[0-9a-f]{40}")


def guessed(email: str) -> Plan:
    """A plan of one contact with its digests, as anybody can make it from a masked plan and a guess."""
    made = plan(replace(change(tag_added("x"), email=email), live_fingerprint=f"sha256:{email}"))
    made = replace(made, config_digest=f"sha256:{email}", declarations_digest=f"sha256:{email}")
    return replace(made, digest=plan_digest(made))


@pytest.mark.parametrize("show", [plan_text, plan_json, plan_markdown, plan_page])
def test_whoever_guesses_addresses_learns_nothing_from_a_masked_plan(show: Callable[[Plan], str]) -> None:
    """Two people whose masks are alike have the very same masked plan, in each format."""
    plans = [guessed(email) for email in ("bob@email.com", "bill@evil.com")]
    assert plans[0].digest != plans[1].digest
    assert len({show(mask(made)) for made in plans}) == 1


@settings(deadline=None, max_examples=40)
@given(PLANS)
def test_masking_twice_is_masking_once(made: Plan) -> None:
    """What is masked holds nothing more to mask but what looks like an address by chance."""
    once = mask(made)
    assert [one.contact for one in mask(once).changes] == [one.contact for one in once.changes]


WHOSE = [
    ("BOB@email.com", "of b•••@e•••.com (contact 13) starts."),
    ("B-77", "of b•••@e•••.com (contact 13) starts."),
    ("id 13", "of b•••@e•••.com (contact 13) starts."),
    ("ben@else.com", "of b•••@e•••.com (whom this plan does not name) starts."),
]


@pytest.mark.parametrize(("of", "said"), WHOSE)
def test_validity_is_not_taken_for_somebody_elses(of: str, said: str) -> None:
    """Two masked addresses may look alike: only the contact of the plan is named."""
    made = plan(change(tag_added("x"), reference="B-77"), valid_until=boundary(of=of))
    assert said in plan_text(mask(made))


ALIKE = [("13", "bob@email.com"), ("14", "bill@evil.com"), ("15", "ben@else.com")]
"""All three are masked as ``b•••@e•••.com``."""


@pytest.mark.parametrize(("id_", "email"), ALIKE)
def test_of_those_who_look_alike_the_right_one_is_named(id_: str, email: str) -> None:
    """Whose window ends the plan, and whom a guard refuses: a mask alone would be anybody's."""
    made = plan(
        *(change(tag_added("x"), id=number, email=address) for number, address in ALIKE),
        valid_until=boundary(of=email),
        guards=(verdict("last-role", 1, 0, email), verdict("protected", 1, 0, f"role customer of {email}")),
    )
    shown = plan_text(mask(made))
    assert f"of b•••@e•••.com (contact {id_}) starts." in shown
    assert f'("b•••@e•••.com (contact {id_})")' in shown
    assert f'("role customer of b•••@e•••.com (contact {id_})")' in shown
    assert mask(mask(made)).guards == mask(made).guards


def test_nobody_is_named_where_several_are_called_so() -> None:
    """Contacts to be created have no id yet that would tell them apart."""
    made = plan(
        *(creation(tag_added("x"), email=email) for email in ("bob@email.com", "bill@evil.com")),
        valid_until=boundary(of="bill@evil.com"),
    )
    assert "of one of 2 contacts called b•••@e•••.com starts." in plan_text(mask(made))


@pytest.mark.parametrize("email", ["bob(work)@email.com", "bob;x@email.com", "bob @email.com", "bob"])
def test_an_address_that_is_none_is_masked_in_what_a_guard_says(email: str) -> None:
    """Customers type them, and a guard names them within a sentence."""
    subjects = (email, f"email of {email}, who holds press")
    made = plan(change(tag_added("x"), email=email), guards=(verdict("protected", 2, 0, *subjects),))
    (said,) = mask(made).guards
    assert [subject for subject in said.subjects if "bob" in subject] == []


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "sentence", ["x" * 65_536 + " bob@email.com", "@ " + "x" * 65_536, '"' * 65_536 + "@ "]
)
def test_a_long_word_is_masked_at_once(sentence: str) -> None:
    """Whatever a customer has typed, it keeps nobody waiting."""
    assert "bob@" not in mask_emails(sentence)


EMAILS = [
    ("bob@email.com", "b•••@e•••.com"),
    ("Bob.Bobsworth+shop@mail.example.co.uk", "B•••@m•••.uk"),
    ('"bob smith"@email.com', "b•••@e•••.com"),
    ("o'brien@email.com", "o•••@e•••.com"),
    ("root@localhost", "r•••@l•••"),
    ("not an address", "n•••"),
    ("@", "•••"),
    ("", ""),
]


@pytest.mark.parametrize(("address", "masked"), EMAILS)
def test_an_address_keeps_its_first_letters(address: str, masked: str) -> None:
    """Enough to tell two addresses apart for those who know them."""
    assert mask_email(address) == masked


SENTENCES = [
    ("see bob@email.com, or <eve@email.com>.", "see b•••@e•••.com, or <e•••@e•••.com>."),
    ("o'brien@email.com: role x", "o•••@e•••.com: role x"),
    ("names 'o'brien@email.com', twice", "names 'o•••@e•••.com', twice"),
    ("'@email.com", "'•••@e•••.com"),
    ('"bob smith"@email.com has left', "b•••@e•••.com has left"),
    ("role preview of bob@email.com", "role preview of b•••@e•••.com"),
    ("@org/team at 12:30", "@org/team at 12:30"),
    ("nothing to hide", "nothing to hide"),
]


@pytest.mark.parametrize(("said", "masked"), SENTENCES)
def test_addresses_are_found_in_sentences(said: str, masked: str) -> None:
    """Notes and guards' subjects name contacts within their words."""
    assert mask_emails(said) == masked


INITIALS = [("Bob", "B."), ("mary jane", "m. j."), ("(Élodie)", "É."), ("—", "•••")]


@pytest.mark.parametrize(("name", "short"), INITIALS)
def test_a_name_becomes_its_initials(name: str, short: str) -> None:
    """One letter for each word."""
    assert initials(name) == short


@settings(deadline=None)
@given(st.text(max_size=20), st.from_regex(r"[a-z]{2,8}@[a-z]{2,8}\.(com|de)", fullmatch=True))
def test_an_address_never_passes_in_a_sentence(before: str, address: str) -> None:
    """Whatever stands around it."""
    assert address not in mask_emails(f"{before} {address} {before}")


SPELLINGS = [
    ("Strauß", "for STRAUSS only", "for ••• only"),
    ("Strauss", "Strauß order", "••• order"),
    ("José", "tag jose\u0301", "tag •••"),
    ("Jose\u0301", "tag JOSÉ!", "tag •••!"),
    ("İpek", "i\u0307pek", "•••"),
    ("Effie", "Eﬃe, Effies", "•••, Effies"),
    ("Margaret", "Mar\u200dga\u00adret \uff2d\uff41rgaret", "••• •••"),
    ("Mary Jane", "Mary\xa0Jane Mary-Jane", "••• Mary-Jane"),
]


@pytest.mark.parametrize(("name", "text", "masked"), SPELLINGS)
def test_a_name_is_hidden_however_it_is_spelt(name: str, text: str, masked: str) -> None:
    """What finds it also replaces it: sharp s, composed letters, ligatures, characters that nobody sees."""
    assert PersonalTexts.of([name]).hide(text) == masked


@settings(deadline=None)
@given(
    st.text(st.characters(categories=["L", "M"]), min_size=3, max_size=12).filter(
        lambda name: name[0].isalpha()
    ),
    st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    st.sampled_from([str, str.upper, str.lower, str.casefold]),
)
@example("AA\u0131", "NFC", str.upper)
@example("AÀ\uff9e", "NFKC", str)
def test_no_spelling_of_a_name_passes(name: str, form: Literal["NFC"], case: Callable[[str], str]) -> None:
    """Any name of letters and marks, in any case and normal form."""
    spelt = normalize(form, case(normalize(form, name)))
    personal = PersonalTexts.of([name])
    assert personal.hide(f"for {spelt} only") == f"for {MASK} only" or not personal.keys


def test_short_names_do_not_hide_half_of_all_words() -> None:
    """A name of two letters is masked as a field, not wherever these letters stand."""
    made = plan(change(field_set("lastname", None, "Li"), tag_added("li-st"), tag_added("polite")))
    shown = plan_text(mask(made))
    assert "tag   li-st" in shown
    assert "tag   polite" in shown


def test_an_ignored_pattern_and_a_bundle_stay() -> None:
    """They name roles, not people."""
    made = plan(change(granted(grant("customer"), origin(OriginKind.BUNDLE, "trade-customer"))))
    assert "(bundle trade-customer)" in plan_text(mask(made))


@pytest.mark.parametrize(
    ("name", "before", "after", "shown"),
    [
        ("email", "bob@email.com", "bob@emial.com", ("b•••@e•••.com", "b•••@e•••.com (another domain)")),
        (
            "email",
            "bob@email.com",
            "ben@email.com",
            ("b•••@e•••.com", "b•••@e•••.com (another address, same domain)"),
        ),
        ("email", "bob@email.com", "Bob@Email.com", ("b•••@e•••.com", "B•••@E•••.com (another spelling)")),
        ("email", "bob@email.com", None, ("b•••@e•••.com", None)),
        ("email", "bob@email.com", "bob@email.com", ("b•••@e•••.com", "b•••@e•••.com")),
        ("username", "bob", "ben", ("b.", "b. (another value)")),
        ("username", None, "ben", (None, "b.")),
        ("username", "bob@email.com", "ben", ("b.", "b. (another value)")),
        ("lastname", "Smith", "Stone", ("S.", "S. (another value)")),
        ("lastname", "Smith", "Keane", ("S.", "K.")),
        ("phone", "01473 1", "01473 2", ("•••", "••• (another value)")),
        ("phone", "01473 1", "01473 1", ("•••", "•••")),
    ],
)
def test_a_field_before_and_after_never_looks_alike(
    name: str, before: str | None, after: str | None, shown: tuple[str | None, str | None]
) -> None:
    """A reviewer of a masked plan sees that something changes, and of a mailbox, whether its domain does."""
    masked = mask(plan(change(field_set(name, before, after))))
    (step,) = masked.changes[0].operations
    assert (step.before, step.after) == shown
    assert mask(masked) == masked


def test_no_branch_and_no_file_in_a_sentence_tells_a_name() -> None:
    """Files are named after people as often as contacts are; a sentence's other words stay as they are."""
    named = change(field_set("lastname", "Zebedee", "Role"), email="bob@email.com")
    place = "contacts/Zebedee.yaml:3"
    made = replace(
        plan(named, notes=(f"the entry at {place} lifts nothing",), scope=scope(ref="bob@email.com/x")),
        guards=(replace(verdict("last-role", 1, 0), message=f"loses the last Role; {place} is not new"),),
    )
    masked = mask(made)
    assert masked.notes == ("the entry at contacts/•••.yaml:3 lifts nothing",)
    assert masked.guards[0].message == "loses the last Role; contacts/•••.yaml:3 is not new"
    assert masked.scope
    assert masked.scope.ref == "b•••@e•••.com/x"


def test_every_document_that_has_a_format_can_be_masked() -> None:
    """In the log of a CI system whatever is shown is masked."""
    assert {row.document for row in FORMATS} <= {document.__name__ for document in _WALKS}
