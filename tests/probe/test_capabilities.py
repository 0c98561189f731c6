"""What a probe wrote down, the client goes by."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.declare.capabilities import load_capabilities
from reconcile.documents.codec import encode_text
from reconcile.documents.reports import ProbeReportDocument
from reconcile.errors import DeclarationError
from reconcile.evance.reader import Reader
from reconcile.model.facets import Facet
from reconcile.model.reports.probe import Finding, ProbeReport
from reconcile.model.settings import (
    LARGEST_PAGE,
    Capabilities,
    FacetSource,
    IdSearch,
    Numbering,
    SearchCase,
    UpdateMethod,
)
from reconcile.probe.runner import QUESTIONS, capabilities_from
from reconcile.render.probe import capabilities_yaml, probe_text
from tests.support.project import Project, project_for
from tests.support.sandbox.scratch_account import ScratchAccount

DECLARED = """\
contacts:
  - email: scratch.pad@example.com
    roles: [customer, newsletter, press]
    tags: [trade]
"""

FINDINGS = st.builds(
    Finding,
    st.sampled_from([probe.name for probe in QUESTIONS]),
    st.just("What?"),
    st.none() | st.text(min_size=1, max_size=20),
    st.text(max_size=20),
)

HOSTS = st.sampled_from(["a.evance.me", "dev.evance.me", "127.0.0.1:8081", "[::1]:80"])

CAPABILITIES = st.builds(
    Capabilities,
    st.lists(HOSTS, min_size=1, max_size=3).map(tuple),
    st.none() | st.sampled_from(UpdateMethod),
    st.integers(1, LARGEST_PAGE),
    *(st.sampled_from(FacetSource) for _ in range(4)),
    st.sampled_from(Numbering),
    st.sampled_from(SearchCase),
    st.sampled_from(IdSearch),
    st.sampled_from(["pending", "awaiting", "no", "waits: for approval"]),
    st.sampled_from([(), (Facet.ROLES,), (Facet.TAGS,), (Facet.ROLES, Facet.TAGS)]),
    st.sampled_from(
        [(), (Facet.ROLES, Facet.PROFILE), (Facet.ROLES, Facet.TAGS, Facet.PROFILE, Facet.ADDRESS)]
    ),
)


def probed(known: Capabilities, *findings: Finding) -> ProbeReport:
    account = known.accounts[0]
    return ProbeReport(account, "13", datetime(2026, 11, 23, 9, tzinfo=UTC), "1.0", findings, known)


@settings(deadline=None)
@given(CAPABILITIES, st.lists(FINDINGS, unique_by=lambda one: one.name, max_size=4))
def test_what_is_written_down_is_read_back(known: Capabilities, findings: list[Finding]) -> None:
    """Whatever the account's words were, the file is read as what it was written from."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "evance.capabilities.yaml"
        path.write_text(capabilities_yaml(probed(known, *findings)), encoding="utf-8")
        assert load_capabilities(path) == known


def test_no_word_of_the_account_steers_the_terminal() -> None:
    """A status is the account's own text: no control character of it reaches any output."""
    finding = Finding("grant-pending", "?", "wait\x1b[2J\n", "\u202edetail\x07")
    probe = probed(Capabilities(accounts=("a.evance.me",)), finding)
    for text in (probe_text(probe), encode_text(ProbeReportDocument, probe), capabilities_yaml(probe)):
        assert not set(text) & set("\x1b\x07\u202e")
    assert "wait\n" not in capabilities_yaml(probe)


def test_without_a_file_the_safe_assumptions_hold(tmp_path: Path) -> None:
    """Nobody needs to probe."""
    assert load_capabilities(tmp_path / "evance.capabilities.yaml") == Capabilities()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("page_sise: 50", ":4:1: unknown key 'page_sise'; did you mean 'page_size'? [unknown-key]"),
        ("page_size: 5000", ":4:12: 5000 is out of range; write a whole number from 1 to 1000"),
        ("update_method: PATCH", ":4:16: 'PATCH' is not known here; write 'POST' or 'PUT'"),
        ("refuse: [address]", ":4:10: 'address' is not known here; write 'roles' or 'tags'"),
        ("version: 1", ":4:1: "),
    ],
)
def test_a_slip_in_the_file_is_told_with_its_place(tmp_path: Path, line: str, problem: str) -> None:
    """The file is read as strictly as the configuration."""
    path = tmp_path / "evance.capabilities.yaml"
    path.write_text(f"version: 1\naccount: a.evance.me\nas_of: 2026-11-23T09:00:00Z\n{line}\n")
    with pytest.raises(DeclarationError) as caught:
        load_capabilities(path)
    assert problem in str(caught.value)


def findings(**said: str) -> list[Finding]:
    return [Finding(name.replace("_", "-"), "", answer, "") for name, answer in said.items()]


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ({"grant_keys": "status, expires", "tags_sent": "replaces"}, ()),
        ({"grant_keys": "isActive, expiresOn"}, ()),
        ({"grant_keys": "name only"}, (Facet.ROLES,)),
        ({"grant_keys": "status"}, (Facet.ROLES,)),
        ({"roles_left_alone": "no"}, (Facet.ROLES, Facet.TAGS)),
        ({"tags_left_alone": "no"}, (Facet.ROLES, Facet.TAGS)),
        ({"tags_sent": "adds"}, (Facet.TAGS,)),
        ({"tags_shown": "not at all"}, (Facet.TAGS,)),
    ],
)
def test_what_can_not_be_kept_whole_is_refused(said: dict[str, str], refused: tuple[Facet, ...]) -> None:
    """Roles that can't be read whole, and tags that can't be read or taken away, are not written."""
    assert capabilities_from(findings(**said), "a", UpdateMethod.POST).refuse == refused


def test_what_was_not_found_out_stays_a_safe_assumption() -> None:
    """No finding, no change; but a list is believed only when it was seen to tell the truth."""
    known = capabilities_from([], "a.evance.me", UpdateMethod.PUT)
    contact = FacetSource.CONTACT
    assert known == Capabilities(
        ("a.evance.me",), roles_from=contact, tags_from=contact, profile_from=contact, address_from=contact
    )


def test_a_limit_that_was_merely_taken_proves_nothing() -> None:
    """A server that echoes any limit may still give fewer rows."""
    taken = findings(limit_largest="100000", limit_above="taken")
    assert capabilities_from(taken, "a", UpdateMethod.POST).page_size == 100
    clamped = findings(limit_largest="5000", limit_above="clamped")
    assert capabilities_from(clamped, "a", UpdateMethod.POST).page_size == LARGEST_PAGE


@pytest.fixture
def project(scratch_account: ScratchAccount, tmp_path: Path) -> Project:
    project = project_for(scratch_account.shop, tmp_path)
    project.declare(DECLARED)
    return project


def known_as(project: Project, scratch_account: ScratchAccount, *lines: str) -> None:
    """A file of capabilities for the scratch account."""
    head = ["version: 1", f'account: "{scratch_account.connection.account}"', "as_of: 2026-11-23T09:00:00Z"]
    (project.root / "evance.capabilities.yaml").write_text("\n".join([*head, *lines]) + "\n")


def test_an_account_that_refuses_post_works_after_a_probe(
    scratch_account: ScratchAccount, project: Project
) -> None:
    """The verb of an update is found out and used."""
    scratch_account.turn(update_method="PUT")
    assert project.run("apply", "--yes").code == 4
    assert project.run("probe", scratch_account.id, "--yes").code == 0
    done = project.run("apply", "--yes")
    assert done.code == 0, done.err
    assert set(scratch_account.now()["accessRoles"]) == {"customer", "newsletter", "press"}


def test_an_account_that_refuses_long_pages_works_after_a_probe(
    scratch_account: ScratchAccount, project: Project
) -> None:
    """The largest page is found out and asked for."""
    scratch_account.turn(over_limit="reject", max_limit=37)
    assert project.run("plan").code == 1
    assert project.run("probe", scratch_account.id, "--yes").code == 0
    assert "page_size: 37 " in (project.root / "evance.capabilities.yaml").read_text()
    assert project.run("plan").code == 0


def reads_of_contacts(scratch_account: ScratchAccount) -> int:
    return sum(path.startswith("/api/contacts/") for _, path in scratch_account.shop.requests())


def test_a_list_that_tells_all_spares_the_other_reads(
    scratch_account: ScratchAccount, project: Project
) -> None:
    """Roles and tags come from the list where a probe saw that it tells them rightly."""
    scratch_account.turn(v2_nested_read="yes")
    assert project.run("probe", scratch_account.id, "--yes").code == 0
    before = reads_of_contacts(scratch_account)
    assert project.run("plan").code == 0
    assert reads_of_contacts(scratch_account) == before


def test_a_list_that_is_not_believed_is_not_used(scratch_account: ScratchAccount, project: Project) -> None:
    """`roles_from: contact` reads each contact, whatever the list tells."""
    scratch_account.turn(v2_nested_read="yes")
    known_as(project, scratch_account, "roles_from: contact")
    assert project.run("plan").code == 0
    assert reads_of_contacts(scratch_account) == 1


@pytest.mark.parametrize("facet", ["roles", "tags"])
def test_what_is_to_be_refused_is_not_sent(
    scratch_account: ScratchAccount, project: Project, facet: str
) -> None:
    """A write of it ends before the wire, and says where that was decided."""
    known_as(project, scratch_account, f"refuse: [{facet}]")
    before = scratch_account.now()
    done = project.run("apply", "--yes")
    assert done.code == 4
    assert f"evance.capabilities.yaml says to refuse a write of {facet}" in done.err
    assert scratch_account.now() == before
    assert all(method == "GET" for method, _ in scratch_account.shop.requests())


def test_an_account_with_two_numberings_is_refused(scratch_account: ScratchAccount, project: Project) -> None:
    """Where v2 numbers contacts differently, no listed contact is taken for one of v1."""
    scratch_account.turn(v2_ids="other")
    assert project.run("probe", scratch_account.id, "--yes").code == 0
    done = project.run("plan")
    assert (done.code, "numbers contacts differently" in done.err) == (1, True)


def test_a_file_of_another_account_is_refused(scratch_account: ScratchAccount, project: Project) -> None:
    """It says nothing about this account, unless somebody writes down that it does."""
    head = "version: 1\naccount: dev.evance.me\nas_of: 2026-11-23\n"
    path = project.root / "evance.capabilities.yaml"
    path.write_text(head)
    done = project.run("plan")
    assert done.code == 64
    assert "evance.capabilities.yaml tells of dev.evance.me, but target 'local' is" in done.err
    path.write_text(f'{head}also: ["{scratch_account.connection.account}"]\n')
    assert project.run("plan").code == 0


def test_an_older_file_does_not_hinder_a_new_probe(scratch_account: ScratchAccount, project: Project) -> None:
    """A probe goes by nothing but what it sees, and replaces the file."""
    (project.root / "evance.capabilities.yaml").write_text("version: 1\naccount: dev.evance.me\n")
    assert project.run("probe", scratch_account.id, "--yes").code == 0
    assert project.run("plan").code == 0


def test_the_client_asks_for_pages_of_that_size(scratch_account: ScratchAccount) -> None:
    """A connection has the page size of its capabilities."""
    from dataclasses import replace

    with Reader(replace(scratch_account.connection, page_size=7)) as reader:
        assert len(reader.listing().identities) == len(scratch_account.others()) + 1
