"""A reading holds while the account's list shows that nothing has moved; each of its conditions counts."""

import hashlib
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.cache.readings import (
    FORM,
    LONGEST,
    MINIMUM_ROW_AGE,
    Reading,
    basis_of,
    keep_readings,
    read_readings,
)
from reconcile.cache.store import CacheFolder, CacheStore
from reconcile.clock import ServerTime
from reconcile.journal.durable_files import make_own_folder
from reconcile.model.contact import Contact, Grant, Identity, OtherTag, Role, State
from reconcile.model.settings import Capabilities

READ = datetime(2026, 11, 23, 9, tzinfo=UTC)

AT = READ.timestamp()

DAY = timedelta(seconds=LONGEST)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)

values = st.none() | st.dictionaries(texts, st.none() | texts, max_size=3)

instants = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)

states = st.builds(
    State,
    roles=st.none()
    | st.lists(st.builds(Grant, texts, texts, st.none() | instants, st.booleans())).map(tuple),
    tags=st.none() | st.lists(texts).map(tuple),
    profile=values,
    address=values,
    other_tags=st.lists(st.builds(OtherTag, texts, texts)).map(tuple),
)

contacts = st.builds(Contact, st.builds(Identity, texts, texts, texts, st.none() | texts), states)


def store_at(folder: Path) -> CacheStore:
    return CacheFolder(folder / "cache", b"k" * 32, make_own_folder).store("contacts", "shop", FORM)


def reading_of(contact: Contact) -> Reading:
    return Reading(contact, b"row", AT, AT, b"basis")


SETTLED = reading_of(Contact(Identity("9", "user", "tom@example.com"), State(roles=(Grant("press"),))))


def now(after: timedelta = timedelta(0)) -> ServerTime:
    moment = (READ + after).timestamp()
    return ServerTime(moment, moment + 1)


def holds(
    reading: Reading = SETTLED,
    *,
    row: bytes = b"row",
    modified: datetime | None = READ - timedelta(minutes=2),
    basis: bytes = b"basis",
    after: timedelta = timedelta(hours=1),
) -> bool:
    return reading.holds(row, modified, basis, now(after))


def test_it_holds_while_nothing_has_moved() -> None:
    """The row is as it was, and was at rest for a minute when the contact was read."""
    assert holds()


def test_another_row_or_basis_ends_it() -> None:
    """A change moves the row; other roles or capabilities change what it means."""
    assert not holds(row=b"other")
    assert not holds(basis=b"other")


@pytest.mark.parametrize(
    "modified",
    [None, READ, READ + DAY, READ - timedelta(seconds=MINIMUM_ROW_AGE)],
    ids=["unknown", "of the same second", "of the future", "of a minute before"],
)
def test_a_row_that_was_not_at_rest_proves_nothing(modified: datetime | None) -> None:
    """A later change may have left its time as it was."""
    assert not holds(modified=modified)


@pytest.mark.parametrize("after", [DAY, DAY - timedelta(seconds=1), -timedelta(seconds=2)])
def test_it_holds_for_a_day_from_when_all_were_read(after: timedelta) -> None:
    """And not for a server whose clock was set back."""
    assert not holds(after=after)


def test_the_day_is_that_of_the_reading_of_all() -> None:
    """One contact that was read again begins no new day."""
    later = replace(SETTLED, read=AT + 7200)
    assert holds(later, after=DAY - timedelta(seconds=2))
    assert not holds(later, after=DAY)
    assert not holds(replace(SETTLED, whole=AT + 1))


@pytest.mark.parametrize(
    ("ends", "held"),
    [
        (timedelta(hours=-1), True),
        (timedelta(seconds=-59), False),
        (timedelta(minutes=30), False),
        (timedelta(hours=1, seconds=59), False),
        (timedelta(hours=2), True),
    ],
)
def test_a_grant_that_has_ended_since_ends_it(ends: timedelta, held: bool) -> None:  # noqa: FBT001
    """Whichever of the two clocks it is that the account goes by, within a minute."""
    state = State(roles=(Grant("press", expires=READ + ends),))
    reading = replace(SETTLED, contact=replace(SETTLED.contact, state=state))
    assert holds(reading) is held


def test_the_basis_tells_each_change_of_a_role_or_capability() -> None:
    """But not another order of the same roles."""
    press, trade = Role("press", "Press"), Role("trade")
    basis = basis_of([press, trade], Capabilities())
    assert basis == basis_of([trade, press], Capabilities())
    others = [
        basis_of(roles, known)
        for roles, known in (
            ([press], Capabilities()),
            ([replace(press, reference="media"), trade], Capabilities()),
            ([replace(press, title="The press"), trade], Capabilities()),
            ([replace(press, approval="admin"), trade], Capabilities()),
            ([press, trade], Capabilities(pending_word="awaiting")),
        )
    ]
    assert basis not in others
    assert len({*others}) == len(others)


@settings(max_examples=15)
@given(told=st.lists(contacts, max_size=20))
def test_a_contact_comes_back_as_it_was_read(
    told: list[Contact], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Equal in everything that a plan can see."""
    store = store_at(tmp_path_factory.mktemp("state"))
    readings = {str(number): reading_of(contact) for number, contact in enumerate(told)}
    keep_readings(store, readings, ())
    assert read_readings(store) == readings


def test_a_text_that_no_file_can_hold_is_not_kept(tmp_path: Path) -> None:
    """JSON can have half of a surrogate pair. The others are kept."""
    store = store_at(tmp_path)
    odd = reading_of(Contact(Identity("9", "user", "tom@example.com"), State(tags=("\ud800",))))
    keep_readings(store, {"9": odd, "10": SETTLED}, ())
    assert read_readings(store) == {"10": SETTLED}


def test_an_entry_of_another_form_is_none(tmp_path: Path) -> None:
    """Under our own mark there may be what an unfinished change of this tool has written."""
    store = store_at(tmp_path)
    keep_readings(store, {"9": SETTLED}, ())
    store.update({b"10": b"\xc1", b"11": msgspec.msgpack.encode({"contact": 1})})
    assert read_readings(store) == {"9": SETTLED}


def test_the_form_has_a_name_of_its_own() -> None:
    """What a reading consists of has changed: give FORM another value, and this test the new digest."""
    kinds = (Reading, Contact, Identity, State, Grant, OtherTag)
    shape = "\n".join(f"{kind.__name__} {one.name} {one.type}" for kind in kinds for one in fields(kind))
    assert (FORM, hashlib.sha256(shape.encode()).hexdigest()[:16]) == ("1", "4d615591a7d0252f")
