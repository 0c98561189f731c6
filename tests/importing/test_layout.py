"""Files that an import writes: their names, who goes where, and that people's files are added to."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from reconcile.importing.file_names import file_stems
from reconcile.importing.layout import Destination, FileLayout, arrange
from reconcile.model.edits import NewBundle, NewEntry, WrittenItem
from tests.support.pages.hostile_texts import HOSTILE

NAMES = st.text(max_size=6) | st.sampled_from(
    [*HOSTILE.values(), "CON", "con", "nul.txt", "..", "../etc/passwd", ".git", "a/b", "a b", "A-B", "ü", "u"]
)

DEVICES = {"con", "prn", "aux", "nul", "com1", "lpt9"}


@given(st.lists(NAMES, max_size=8, unique=True))
def test_names_of_files_are_safe_everywhere(names: list[str]) -> None:
    """No path, nothing hidden, no device, nothing but ASCII, and no two the same in whatever letter case."""
    stems = file_stems(names, "role", ("no-role", "bundles"))
    assert sorted(stems) == sorted(names)
    assert len({stem.casefold() for stem in stems.values()} | {"no-role", "bundles"}) == len(names) + 2
    for stem in stems.values():
        assert stem.isascii()
        assert 0 < len(stem) < 80
        assert stem.replace("-", "a").isalnum()
        assert not stem.startswith("-")
        assert stem.casefold() not in DEVICES


def test_a_plain_name_is_the_name_of_its_file() -> None:
    """Whatever other names would become the same."""
    assert file_stems(["Trade Account", "trade-account"], "role") == {
        "trade-account": "trade-account",
        "Trade Account": "trade-account-2",
    }


def entry(email: str, roles: str = "", tags: str = "", bundles: str = "") -> NewEntry:
    return NewEntry(
        email=email,
        bundles=tuple(bundles.split()),
        roles=tuple(map(WrittenItem, roles.split())) or None,
        tags=tuple(map(WrittenItem, tags.split())) or None,
    )


def files(entries: Iterable[NewEntry], destination: Destination) -> dict[str, list[str | None]]:
    found = arrange([(one, one) for one in entries], (), destination)
    return {
        file: [one.email or one.reference or one.id for one in edit.added] for file, edit in found.items()
    }


ENTRIES = [
    entry("b@example.com", "customer press", "trade"),
    entry("a@example.com", "customer"),
    entry("C@example.com", "customer press trade-account", "Trade VIP"),
    entry("d@example.com", "", "vip"),
    NewEntry(id="100", roles=(WrittenItem("customer"),)),
    NewEntry(id="20", roles=(WrittenItem("customer"),)),
    NewEntry(reference="GB-1", roles=(WrittenItem("customer"),)),
]


def test_one_file_is_sorted_by_who_is_meant() -> None:
    """By e-mail in whatever letter case, then by reference, then by id as a number."""
    people = ["a@example.com", "b@example.com", "C@example.com", "d@example.com", "GB-1", "20", "100"]
    assert files(ENTRIES, Destination("contacts")) == {"contacts/contacts.yaml": people}
    assert files(ENTRIES, Destination("contacts/all.yml")) == {"contacts/all.yml": people}


def test_the_rarest_role_names_the_file() -> None:
    """It says most of a contact: everybody is a customer."""
    assert files(ENTRIES, Destination("contacts/", FileLayout.BY_ROLE)) == {
        "contacts/customer.yaml": ["a@example.com", "GB-1", "20", "100"],
        "contacts/no-role.yaml": ["d@example.com"],
        "contacts/press.yaml": ["b@example.com"],
        "contacts/trade-account.yaml": ["C@example.com"],
    }


def test_or_the_rarest_tag_however_it_is_spelt() -> None:
    """`Trade` and `trade` are one tag; of two that are as rare, the first by name counts."""
    assert files(ENTRIES, Destination("contacts", FileLayout.BY_TAG)) == {
        "contacts/no-tag.yaml": ["a@example.com", "GB-1", "20", "100"],
        "contacts/trade.yaml": ["b@example.com", "C@example.com"],
        "contacts/vip.yaml": ["d@example.com"],
    }


def test_a_file_that_is_there_is_added_to_in_whatever_letter_case() -> None:
    """On some machines `Press.yaml` and `press.yaml` are one file."""
    there = Destination("contacts", FileLayout.BY_ROLE, ("contacts/Press.yaml", "contacts/customer.yaml"))
    assert set(files(ENTRIES[:2], there)) == {"contacts/Press.yaml", "contacts/customer.yaml"}


def test_a_bundle_stands_beside_its_entries_or_in_a_file_of_its_own() -> None:
    """Where entries of several files have it, none of these is its place."""
    people = [
        (entry("a@example.com", "press"), entry("a@example.com", bundles="press everybody")),
        (entry("b@example.com", "trade"), entry("b@example.com", bundles="everybody")),
    ]
    bundles = (NewBundle("everybody"), NewBundle("press"))
    found = arrange(people, bundles, Destination("contacts", FileLayout.BY_ROLE))
    assert {file: [one.name for one in edit.bundles] for file, edit in found.items()} == {
        "contacts/bundles.yaml": ["everybody"],
        "contacts/press.yaml": ["press"],
        "contacts/trade.yaml": [],
    }
