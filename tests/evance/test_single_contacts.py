"""Reading contacts one by one: the right one, or a clear error."""

import pytest

from reconcile.errors import ApiError, Forbidden, NotFound, UnexpectedResponse
from reconcile.evance.reader import Reader
from reconcile.model.contact import Identity
from tests.support.http.account_rows import v1, v2, whole_account
from tests.support.http.fake_account import FakeReply, OpenClient, SeenRequest

BOB = Identity("13", "user", "c13@example.com")


def test_another_contact_than_asked_for_is_never_taken(open_client: OpenClient) -> None:
    """An answer with another id is an error, not a contact."""
    _, reader = open_client(lambda _seen: FakeReply(body=v1(14)), kind=Reader)
    with pytest.raises(
        UnexpectedResponse, match=r"asked for contact 13, shop\.evance\.me answered with another"
    ):
        reader.contact("13")


def test_a_contact_with_another_address_than_listed_is_an_error(open_client: OpenClient) -> None:
    """The two API versions must mean the same contact; the addresses themselves are not shown."""
    _, reader = open_client(lambda _seen: FakeReply(body=v1(13, email="eve@example.com")), kind=Reader)
    with pytest.raises(ApiError, match="contact 13 has another e-mail address than in the listing") as caught:
        reader.contacts([BOB])
    assert "@" not in str(caught.value)


@pytest.mark.parametrize("changed", [{"type": "guest"}, {"reference": "R-2"}])
def test_a_contact_of_another_type_or_reference_than_listed_is_an_error(
    open_client: OpenClient, changed: dict[str, str]
) -> None:
    """The reference by which a contact was found may be somebody else's by the time it is read."""
    _, reader = open_client(lambda _seen: FakeReply(body=v1(13, **changed)), kind=Reader)
    with pytest.raises(ApiError, match="contact 13 has another type or reference than in the listing"):
        reader.contacts([Identity("13", "user", "c13@example.com", "R-1")])


def test_the_case_of_an_address_does_not_count(open_client: OpenClient) -> None:
    """The same address in capitals is the same address."""
    _, reader = open_client(lambda _seen: FakeReply(body=v1(13, email="C13@Example.com")), kind=Reader)
    assert list(reader.contacts([BOB])) == ["13"]


def test_a_contact_that_is_gone_is_named(open_client: OpenClient) -> None:
    """Deleted between listing and reading: the error names it and says to plan again."""
    _, reader = open_client(lambda _seen: FakeReply(404, {"success": False}), kind=Reader)
    with pytest.raises(NotFound, match=r"contact 13 was listed but is gone: .* run the plan again"):
        reader.contacts([BOB])
    with pytest.raises(NotFound, match=r"shop\.evance\.me did not show contact 13 \(404\)"):
        reader.contact("13")


@pytest.mark.parametrize("gone", [404, 410])
def test_a_missing_contact_is_not_found(open_client: OpenClient, gone: int) -> None:
    """Both statuses of a missing thing mean the same."""
    _, reader = open_client(lambda _seen: FakeReply(gone, {}), kind=Reader)
    with pytest.raises(NotFound):
        reader.contact("13")


def test_a_missing_scope_is_named(open_client: OpenClient) -> None:
    """A 403 names the scope that the app probably lacks, for each kind of request."""
    _, writer = open_client(lambda _seen: FakeReply(403, {}))
    for call, scope in (
        (lambda: writer.contact("13"), "contacts.readonly"),
        (writer.listing, "contacts.readonly"),
        (writer.roles, "roles.readonly"),
        (lambda: writer.update("13", {"contact": {}}), "contacts"),
    ):
        with pytest.raises(Forbidden, match=f"lacks the scope `{scope}`: add it in Evance's admin"):
            call()


def test_an_id_stays_within_its_place_in_the_address(open_client: OpenClient) -> None:
    """An id is data: it can't lead to another address of the API."""
    fake_account, reader = open_client(lambda _seen: FakeReply(404), kind=Reader)
    for number in ("../v2/roles", "13/../14", "13?x=1", "13#x", "..", "ü"):
        with pytest.raises(NotFound):
            reader.contact(number)
    assert [seen.target for seen in fake_account.calls] == [
        "/api/contacts/..%2Fv2%2Froles.json",
        "/api/contacts/13%2F..%2F14.json",
        "/api/contacts/13%3Fx%3D1.json",
        "/api/contacts/13%23x.json",
        "/api/contacts/...json",
        "/api/contacts/%C3%BC.json",
    ]


def test_the_first_error_ends_the_reading(open_client: OpenClient) -> None:
    """After an error no further contact is asked for, but for those under way."""
    account = whole_account(200)

    def script(seen: SeenRequest) -> FakeReply:
        return FakeReply(403) if seen.path == "/api/contacts/10.json" else account(seen)

    fake_account, reader = open_client(script, kind=Reader, concurrency=2)
    with pytest.raises(Forbidden):
        reader.contacts(reader.listing().identities)
    assert len(fake_account.calls) < 50


def test_reading_tells_its_progress(open_client: OpenClient) -> None:
    """Each contact is told, up to the number of all."""
    told: list[tuple[int, int | None]] = []
    _, reader = open_client(whole_account(5), kind=Reader)
    reader.contacts(reader.listing().identities, lambda done, total: told.append((done, total)))
    assert told == [(done, 5) for done in range(6)]


def test_a_list_in_an_unknown_form_names_the_account(open_client: OpenClient) -> None:
    """A list without its counts says whose answer it was."""
    _, reader = open_client(lambda _seen: FakeReply(body={"data": [v2(1)]}), kind=Reader)
    with pytest.raises(UnexpectedResponse, match=r"shop\.evance\.me gave an unknown answer: a list has no"):
        reader.listing()
