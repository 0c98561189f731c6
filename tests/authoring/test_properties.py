"""Laws of writing: every reader reads what was meant, and an edit changes only what it names."""

import re
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from time import process_time
from typing import Any

import pytest
import ruamel.yaml
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.authoring.file_text import edited_text
from reconcile.authoring.scalars import comment_text, scalar
from reconcile.clock import parse_day, parse_instant
from reconcile.model.edits import EntryEdit, FileEdit, NewBundle, NewEntry, SetEdit, WrittenItem
from reconcile.model.facets import FACETS, Facet
from reconcile.model.problem import Place
from reconcile.text import invisible_character, shows
from tests.support.declared_edits import FILE, declared, entry_places, problems_in
from tests.support.pages.hostile_texts import HOSTILE
from tests.support.written_layouts import ENDS, NAMES, WrittenFile, entry_edits, written_files

WORDS = [
    "no",
    "NO",
    "y",
    "12:30",
    "0x1F",
    "1e3",
    ".inf",
    "2027-01-31",
    "~",
    "null",
    "Null",
    "<<",
    "=",
    "",
    "-",
    "?",
    "a: b",
    "a #b",
    "a:",
    ":a",
    "{{ x }}",
    "%",
    "\xa0",
    "漢字",
    "👍",
    "---",
    "...",
    "x\ty",
    "a\nb",
]

texts = st.sampled_from([*HOSTILE.values(), *WORDS]) | st.text(max_size=12)

lines = texts.map(
    lambda text: "".join(sign for sign in text if sign not in "\t\n" and not invisible_character(sign))
)

names = lines.filter(str.strip).map(lambda text: text[:200])


def readers() -> Iterator[Any]:
    """Readers of YAML 1.1 and 1.2."""
    yield yaml.safe_load
    yield yaml.CSafeLoader and (lambda text: yaml.load(text, yaml.CSafeLoader))
    for version in ((1, 1), (1, 2)):
        reader = ruamel.yaml.YAML(typ="safe", pure=True)
        reader.version = version
        yield lambda text, reader=reader: reader.load(StringIO(text))


READERS = list(readers())


@given(texts)
def test_a_text_is_read_as_it_was_by_every_reader(text: str) -> None:
    """Wherever it stands; what nobody sees is refused."""
    if invisible_character(text):
        with pytest.raises(ValueError, match="declarations can't hold"):
            scalar(text)
        return
    written = scalar(text)
    for read in READERS:
        assert read(f"- {written}\n- [{written}, {written}]\n- {{a: {written}, b: {written}}}  # c\n") == [
            text, [text, text], {"a": text, "b": text},
        ]  # fmt: skip
    assert "\n" not in written
    assert all(map(str.isprintable, written))


@given(texts)
def test_a_comment_ends_nowhere_but_with_its_line(text: str) -> None:
    """Whatever somebody is called."""
    written = comment_text(text)
    assert shows(written)
    assert "language-server:" not in written
    for read in READERS:
        assert read(f"a: b  {written}\nc: d\n{written}\n") == {"a": "b", "c": "d"}


@pytest.mark.parametrize(
    "text",
    [
        "yaml-language-server: $schema=https://x.example",
        "vim: set modifiable",
        "vi:noai",
        "ex: set x",
        "vim700: set x",
        "vim>=700: x",
        "Vim<702 : x",
        "kate: hl x;",
        "Local Variables:",
        "$schema: https://x.example",
    ],
)
def test_no_editor_obeys_a_comment(text: str) -> None:
    """The colon is written by its number, wherever the text stands."""
    for written in map(comment_text, (text, f"Ann {text}, ann@example.com")):
        assert "\\x3a" in written
        assert not re.search(r"(server|vi|vim|ex|[0-9]|kate|ables|schema)\s*:", written, re.IGNORECASE)


written_items = st.builds(WrittenItem, names, st.none() | st.sampled_from(ENDS), texts)


def item_lists(facet: Facet) -> st.SearchStrategy[tuple[WrittenItem, ...]]:
    key = FACETS[facet].item_key
    return st.lists(written_items, max_size=4, unique_by=lambda item: key(item.name)).map(tuple)


new_entries = st.builds(
    NewEntry,
    email=st.just(""),
    id=st.none(),
    comment=texts,
    bundles=st.just(()),
    roles=st.none() | item_lists(Facet.ROLES),
    tags=st.none() | item_lists(Facet.TAGS),
)


def numbered(entries: list[NewEntry]) -> tuple[NewEntry, ...]:
    """The entries, each of another person."""
    return tuple(
        NewEntry(
            str(number + 1), None, f"{number}@example.com", one.comment, one.bundles, one.roles, one.tags
        )
        for number, one in enumerate(entries)
    )


@settings(max_examples=40)
@given(st.lists(new_entries, min_size=1, max_size=4).map(numbered), item_lists(Facet.TAGS), names)
def test_a_new_file_declares_what_was_handed_over(
    entries: tuple[NewEntry, ...], tags: tuple[WrittenItem, ...], name: str
) -> None:
    """To our reader and to all others."""
    bundles = (NewBundle(name, tags=tags),) if tags else ()
    text = edited_text(None, FileEdit(FILE, bundles, entries), head=("# head",))
    contacts = declared(text)
    assert [contact.id for contact in contacts] == [entry.id for entry in entries]
    for contact, entry in zip(contacts, entries, strict=True):
        assert (contact.roles is None) == (entry.roles is None)
        assert (contact.tags is None) == (entry.tags is None)
        assert {grant.name for grant in contact.roles or ()} == {item.name for item in entry.roles or ()}
        assert {tag.name for tag in contact.tags or ()} == {item.name.strip(" ") for item in entry.tags or ()}
    for read in READERS:
        assert [
            [one if isinstance(one, str) else one["reference"] for one in contact.get("roles", ())]
            for contact in read(text)["contacts"]
        ] == [[item.name for item in entry.roles or ()] for entry in entries]


def plain(text: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(text.removeprefix("\ufeff"), yaml.CBaseLoader)
    return content


NAME = {"roles": "reference", "tags": "value"}


def item_of(facet: str, items: list[Any], name: str) -> dict[str, Any] | None:
    """The item of that name as a mapping."""
    key = FACETS[Facet(facet)].item_key
    mappings = [one if isinstance(one, dict) else {NAME[facet]: one} for one in items]
    return next((one for one in mappings if key(one[NAME[facet]]) == key(name)), None)


def check_set(facet: str, before: list[Any] | None, after: list[Any] | None, edit: SetEdit) -> None:
    """The items after an edit are those before it, but for what it says."""
    if after is None:
        assert before is None
        assert edit.removed
        assert not edit.put
        return
    put = {item.name: item for item in edit.put}
    for name in edit.removed:
        assert name in put or item_of(facet, after, name) is None
    for item in edit.put:
        now = item_of(facet, after, item.name)
        assert now is not None
        end = now.get("expires")
        assert (end and (parse_day(end) or parse_instant(end))) == item.expires
        was = item_of(facet, before or [], item.name)
        kept = {key: one for key, one in (was or {}).items() if key not in ("expires", *item.dropped_keys)}
        assert {key: one for key, one in now.items() if key != "expires"} == kept or was is None
    untouched = [one for one in before or [] if name_of(facet, one) not in {*edit.removed, *put}]
    assert [one for one in after if name_of(facet, one) not in {*edit.removed, *put}] == untouched


def name_of(facet: str, item: Any) -> str:
    return str(item if isinstance(item, str) else item[NAME[facet]])


def check_entry(before: dict[str, Any], after: dict[str, Any], edit: EntryEdit) -> None:
    """An entry after an edit says what was asked for, and all else as before."""
    kept = {key: value for key, value in before.items() if key not in edit.dropped_keys}
    for facet in ("roles", "tags"):
        if Facet(facet) in edit.sets:
            check_set(facet, kept.get(facet), after.get(facet), edit.sets[Facet(facet)])
        else:
            assert kept.get(facet) == after.get(facet)
    for facet in ("profile", "address"):
        fields = {key: value or "null" for key, value in edit.fields.get(Facet(facet), {}).items()}
        assert {**kept.get(facet, {}), **fields} == after.get(facet, {})
    assert before["email"] == after["email"]


def chunks(text: str) -> list[str]:
    """A text in pieces: before the first entry, and from the line of each entry's dash on."""
    root = yaml.compose(text.removeprefix("\ufeff"), yaml.CBaseLoader)
    contacts = next(value for key, value in root.value if key.value == "contacts")
    starts = [
        0,
        *(
            text.rfind("\n", 0, entry.start_mark.index + text.startswith("\ufeff")) + 1
            for entry in contacts.value
        ),
        len(text),
    ]
    return [text[one:other] for one, other in pairwise(starts)]


@settings(max_examples=50)
@given(st.data(), written_files())
def test_an_edit_changes_what_it_names_and_nothing_else(data: st.DataObject, file: WrittenFile) -> None:
    """In any layout: it reads back as asked, other entries are the same to the byte, and once is enough."""
    check_edits(data, file)


@pytest.mark.long
@pytest.mark.timeout(500)
@settings(max_examples=300)
@given(st.data(), written_files())
def test_many_edits_change_what_they_name_and_nothing_else(data: st.DataObject, file: WrittenFile) -> None:
    """The same for more files."""
    check_edits(data, file)


def check_edits(data: st.DataObject, file: WrittenFile) -> None:
    """Edit some entries of a file, and look at all of them."""
    assert problems_in(file.text) == []
    places = entry_places(file.text)
    edits = {at: data.draw(entry_edits(place)) for at, place in enumerate(places) if data.draw(st.booleans())}
    changed = edited_text(file.text, FileEdit(FILE, edited=tuple(edits.values())))
    assert problems_in(changed) == []
    before, after = plain(file.text), plain(changed)
    for at, (was, now) in enumerate(zip(before["contacts"], after["contacts"], strict=True)):
        if at in edits:
            check_entry(was, now, edits[at])
        else:
            assert was == now
    if file.in_block:
        for at, (was_text, now_text) in enumerate(zip(chunks(file.text), chunks(changed), strict=True)):
            if at - 1 not in edits:
                end = "" if at in edits else was_text
                assert (
                    now_text.startswith(was_text.removesuffix(end)) if at in edits else now_text == was_text
                )
    again = [
        EntryEdit(place, **rest(edits[at])) for at, place in enumerate(entry_places(changed)) if at in edits
    ]
    assert edited_text(changed, FileEdit(FILE, edited=tuple(again))) == changed


def rest(edit: EntryEdit) -> dict[str, Any]:
    """All of an edit but its place; what is dropped and declared anew is only declared."""
    return {
        "sets": edit.sets,
        "fields": edit.fields,
        "dropped_keys": tuple(key for key in edit.dropped_keys if key not in {*edit.sets, *edit.fields}),
        "comment": edit.comment,
    }


@settings(max_examples=30)
@given(written_files())
def test_new_entries_leave_all_others_as_they_are(file: WrittenFile) -> None:
    """A bundle and two entries at the ends of their lists."""
    added = (
        NewEntry(email="new@example.com", comment="New", roles=(WrittenItem("x", ENDS[0], "ends"),)),
        NewEntry(id="99", tags=(WrittenItem("a"), WrittenItem("b", comment="said so"))),
    )
    bundles = (NewBundle("new one", (WrittenItem("x"),)),)
    changed = edited_text(file.text, FileEdit(FILE, bundles, added))
    assert problems_in(changed) == []
    before, after = plain(file.text), plain(changed)
    assert after["contacts"][:-2] == before["contacts"]
    assert list(after["bundles"].items()) == [
        *before.get("bundles", {}).items(),
        ("new one", {"roles": ["x"]}),
    ]
    assert after["contacts"][-2:] == [
        {"email": "new@example.com", "roles": [{"reference": "x", "expires": "2027-01-31"}]},
        {"id": "99", "tags": ["a", "b"]},
    ]
    kept = iter(changed.removeprefix("\ufeff").splitlines())
    if file.in_block:
        written = file.text.removeprefix("\ufeff").splitlines()
        assert all(line in kept for line in written if "bundles:" not in line)


puts = st.builds(
    WrittenItem, st.sampled_from(NAMES), st.sampled_from(ENDS), st.sampled_from(["", "said so"])
).map(lambda item: SetEdit(put=(item,)))


@settings(max_examples=30)
@given(st.data(), written_files())
def test_what_is_only_added_takes_no_comment_away(data: st.DataObject, file: WrittenFile) -> None:
    """An edit that puts one item into each list: every comment stays, in its order."""
    edits = tuple(
        EntryEdit(place, {facet: data.draw(puts) for facet in (Facet.ROLES, Facet.TAGS)}, comment="why")
        for place in entry_places(file.text)
    )
    changed = edited_text(file.text, FileEdit(FILE, edited=edits))
    written = re.compile(r"# (c\d+|head)\b.*?(?=; said so|\r?$)", re.MULTILINE)
    assert written.findall(changed) == written.findall(file.text)


def test_a_large_file_is_written_and_edited_in_seconds() -> None:
    """Ten thousand entries of which a hundred change: each other line stays as it is."""
    roles = (WrittenItem("customer"), WrittenItem("press", ENDS[0]))
    entries = tuple(NewEntry(email=f"p{number}@example.com", roles=roles) for number in range(10_000))
    start = process_time()
    text = edited_text(None, FileEdit(FILE, added=entries))
    edit = {Facet.ROLES: SetEdit(("customer",), (WrittenItem("press"),))}
    edits = tuple(EntryEdit(Place(FILE, 2 + 500 * number, 5), edit) for number in range(100))
    changed = edited_text(text, FileEdit(FILE, edited=edits))
    assert process_time() - start < 10
    assert len(set(changed.splitlines()) - set(text.splitlines())) == 1
    assert changed.count("      - press\n") == 100
