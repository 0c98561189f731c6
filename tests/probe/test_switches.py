"""However the account behaves where its documents are silent, the probe finds out, and leaves no trace."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from reconcile.model.facets import MANAGED, SETS
from reconcile.model.settings import UpdateMethod
from reconcile.probe.runner import QUESTIONS, ProbeRun, capabilities_from
from tests.support.sandbox.scratch_account import (
    OTHER_NUMBERS,
    ScratchAccount,
    answers,
    open_scratch_account,
    probe,
)
from tests.support.sandbox.switch_settings import choices, settings_under

FOUND: dict[str, tuple[str, dict[str | int, str]]] = {
    "grant_keys": (
        "grant-keys",
        {"full": "status, expires", "other": "isActive, expiresOn", "name": "name only"},
    ),
    "grant_shape": ("grant-shape", {"map": "map", "array": "array"}),
    "empty_map": ("grant-empty", {"object": "{}", "array": "[]"}),
    "pending_word": ("grant-pending", {"pending": "pending", "awaiting": "awaiting"}),
    "expired_grants": ("grant-expired", {"marked": "marked", "plain": "active", "hidden": "hidden"}),
    "held_grant": ("held-again", {"keep": "keeps", "reset": "begins anew"}),
    "omitted_expires": ("expiry-omitted", {"clear": "clears", "keep": "keeps"}),
    "null_expires": ("expiry-null", {"perpetual": "perpetual", "reject": "rejected"}),
    "past_expires": ("expiry-past", {"accept": "accepted", "reject": "rejected"}),
    "other_status": ("status-other", {"reject": "rejected", "ignore": "ignored"}),
    "unknown_role": ("role-unknown", {"reject": "rejected", "drop": "dropped"}),
    "role_case": ("role-case", {"exact": "exact", "fold": "folded"}),
    "duplicate_roles": ("role-twice", {"reject": "rejected", "last": "last"}),
    "customer_role": ("roles-empty", {"ordinary": "all go", "sticky": "some stay"}),
    "map_write": ("read-form", {"reject": "rejected", "accept": "takes effect", "ignore": "ignored"}),
    "grant_scope": ("roles-scope", {"contacts": "contacts", "roles": "contacts, roles"}),
    "unnamed_sets": (
        "roles-left-alone",
        {"keep": "yes", "drop": "no", "drop-roles": "no", "drop-tags": "yes"},
    ),
    "tags_write": ("tags-sent", {"replace": "replaces", "add": "adds"}),
    "tags_case": ("tags-case", {"keep": "as written", "fold": "folded"}),
    "tags_read": ("tags-shown", {"object": "object", "list": "list", "none": "not at all"}),
    "update_method": ("update-verb", {"both": "both", "POST": "POST", "PUT": "PUT"}),
    "address_update": ("address-update", {"partial": "partial", "full": "whole"}),
    "address_names": ("address-names", {"live": "follow", "copied": "own"}),
    "reference_unique": ("reference-unique", {"no": "may repeat", "yes": "unique"}),
    "times": ("grant-times", {"utc": "UTC", "london": "local"}),
    **{
        f"modified_by_{facet}": (
            "modified",
            {"yes": "all four", "no": ", ".join(other for other in MANAGED if other != facet)},
        )
        for facet in MANAGED
    },
    "v1_list": ("v1-list", {"no": "no", "yes": "yes"}),
    "v1_no_match": ("search-no-hit", {"empty": "empty", "404": "404", "422": "422"}),
    "v1_search_email": ("search-email", {"equal": "folded", "case": "exact", "part": "part"}),
    "v2_list_ids": ("list-ids", {"obey": "many", "ignore": "one"}),
    "v2_list_email": ("list-email", {"equal": "folded", "case": "exact"}),
    "v2_nested_read": (
        "v2-shows",
        {"no": "none", "yes": "roles, tags, address", "sets": "roles, tags"},
    ),
    "v2_row_fields": ("list-fields", {"all": "24 of 25", "few": "5 of 25"}),
    "v2_rows": ("list-shows", {"right": "profile", "cached": "none", "mixed": "none"}),
    "v2_nested_write": (
        "v2-takes",
        {"ignore": "ignored", "accept": "takes effect", "reject": "rejected"},
    ),
    "v2_ids": ("v2-ids", {"same": "same", "other": "other"}),
    "max_limit": ("limit-largest", {100: "100", 50: "50"}),
    "over_limit": ("limit-above", {"clamp": "clamped", "reject": "rejected"}),
    "list_order": (
        "list-order",
        {"id": "id", "newest": "newest first", "modified": "last changed first", "random": "changing"},
    ),
    "past_end": ("list-end", {"empty": "empty", "last": "rows", "404": "404"}),
    "auth_errors": ("auth-errors", {"oauth": "oauth", "envelope": "envelope", "empty": "empty"}),
}
"""By switch: the question that it decides, and the right answer under each setting."""

UNSEEN = {
    "active_mail": "mail-on-grant",
    "invite_on_type": "mail-on-type",
    "type_change": "type-change",
    "max_items": "most-items",
    "other_tags": "other-tags",
    "email_case": "email-case",
    "modified_by_approval": "modified-elsewhere",
    "delete": "delete",
    "v1_delete": "delete",
}
"""By switch that no client can look into without harm: the question that says so."""

DEFAULTS = settings_under("documented")


def settings_of(switch: str) -> tuple[str | int, ...]:
    """Every setting; of a number the ones of the profiles."""
    worst = settings_under("hostile")[switch]
    return choices(switch) or tuple(sorted({int(DEFAULTS[switch]), int(worst)}))


TURNED = [
    (switch, setting) for switch in DEFAULTS for setting in settings_of(switch) if setting != DEFAULTS[switch]
]


def probed(
    seeded_shop: Path, switches: dict[str, Any], *questions: str
) -> tuple[ProbeRun, ScratchAccount, list[str]]:
    """Ask a fresh account these questions, by default all; what the probe left behind, as complaints."""
    with (
        TemporaryDirectory() as folder,
        open_scratch_account(seeded_shop, Path(folder), switches) as scratch_account,
    ):
        before, others = scratch_account.now(), scratch_account.others()
        ended = probe(scratch_account, *questions)
        traces = [key for key, value in scratch_account.now().items() if value != before[key]]
        traces += ["another contact"] if scratch_account.others() != others else []
        own = {f"/api/contacts/{scratch_account.id}.json", f"/api/v2/contacts/{scratch_account.id}.json"}
        own |= {f"/api/v2/contacts/{int(scratch_account.id) + OTHER_NUMBERS}.json"}
        return ended, scratch_account, [*traces, *sorted(scratch_account.written() - own)]


@cache
def as_documented(seeded_shop: Path) -> ProbeRun:
    return probed(seeded_shop, {})[0]


def test_every_switch_has_its_question() -> None:
    """A new switch is a new unknown: it needs a question, or a reason why it can't be asked."""
    assert {*FOUND, *UNSEEN} == set(DEFAULTS)
    assert not set(FOUND) & set(UNSEEN)
    assert all(set(expected) == set(settings_of(switch)) for switch, (_, expected) in FOUND.items())


@pytest.mark.parametrize("switch", FOUND)
def test_the_documented_account_is_seen_as_it_is(seeded_shop: Path, switch: str) -> None:
    """The defaults are told rightly."""
    question, expected = FOUND[switch]
    assert answers(as_documented(seeded_shop))[question] == expected[DEFAULTS[switch]]


@pytest.mark.parametrize(("switch", "setting"), TURNED)
def test_a_turned_switch_is_found_out(seeded_shop: Path, switch: str, setting: str | int) -> None:
    """Each setting is told rightly, whatever else is asked, by a probe that leaves no trace."""
    check(seeded_shop, switch, setting, FOUND[switch][0] if switch in FOUND else UNSEEN[switch])


@pytest.mark.long
@pytest.mark.parametrize(("switch", "setting"), TURNED)
def test_a_turned_switch_is_found_out_among_all(seeded_shop: Path, switch: str, setting: str | int) -> None:
    """The same when every question is asked."""
    check(seeded_shop, switch, setting)


def check(seeded_shop: Path, switch: str, setting: str | int, *questions: str) -> None:
    """The answer is right; the contact is as it was, and no other one was written to."""
    ended, _, traces = probed(seeded_shop, {switch: setting}, *questions)
    said = answers(ended)
    if switch in FOUND:
        question, expected = FOUND[switch]
        assert said[question] == expected[setting]
    else:
        assert said[UNSEEN[switch]] is None
    assert traces == []
    assert (ended.not_restored, ended.stopped) == ((), "")


def test_an_update_that_drops_the_tags_it_does_not_name_is_found_out(seeded_shop: Path) -> None:
    """Neither set is written to such an account, since an update of one takes the other away."""
    ended, _, traces = probed(seeded_shop, {"unnamed_sets": "drop-tags"})
    assert answers(ended)["tags-left-alone"] == "no"
    known = capabilities_from(ended.findings, "sandbox.evance.me", UpdateMethod.POST)
    assert known.refuse == SETS
    assert traces == []


@pytest.mark.parametrize("switch", UNSEEN)
def test_what_can_not_be_seen_is_said_with_its_reason(seeded_shop: Path, switch: str) -> None:
    """A question that is never asked stands in the report without an answer, and says why."""
    finding = next(one for one in as_documented(seeded_shop).findings if one.name == UNSEEN[switch])
    assert finding.answer is None
    assert finding.detail


def test_each_question_stands_in_the_report_once(seeded_shop: Path) -> None:
    """The report has all questions, in their order, whatever came of them."""
    assert [one.name for one in as_documented(seeded_shop).findings] == [one.name for one in QUESTIONS]


@pytest.mark.parametrize("profile", ["hostile", "awkward"])
def test_the_worst_account_gets_no_wrong_answer(seeded_shop: Path, profile: str) -> None:
    """With all switches at their worst a question is answered rightly or not at all."""
    switches = settings_under(profile)
    ended, _, traces = probed(seeded_shop, switches)
    said = answers(ended)
    wrong = {
        switch: said[question]
        for switch, (question, expected) in FOUND.items()
        if question != "modified" and said[question] not in (None, expected[switches[switch]])
    }
    assert wrong == {}
    assert said["modified"] == "none"
    assert traces == []
    assert ended.not_restored == ()
