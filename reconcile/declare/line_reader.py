"""Reads files of the usual layout line by line: the loader's short way, without a YAML parser.

Why it is right. In YAML's block style nothing but indentation ends an entry. So where ``contacts:`` is a key
of the file's top mapping, the text from one ``- `` of its list to the next is a contact by itself, and the
text from one key of a contact to the next is an entry by itself, **if** that text, read alone in its columns,
is whole: no bracket, quote or block is open at its end. The YAML parser says so, which reads each text that
is new, and the schema says what it means. A text that stood before means the same again, some lines further
down: so do most roles, tags and modes. What differs in each contact, as addresses and names, is taken from
its line where it is a word or a text that holds no sign of YAML's (``yaml.plain_lines``); the schema reads
it, too.

When it does not apply. A contact of other keys, or laid out in another way, is read alone by the parser. The
whole file is left to the parser (the answer is None) when it holds a character beyond plain text, begins in
another way, has mostly such contacts, or when there is anything to tell of it: no message comes from here.

``tests/declare/test_line_reader.py`` holds both ways against each other on texts that are nearly usual.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem, DeclaredTag, Mode
from reconcile.model.facets import FIELDS, SETS, Facet
from reconcile.model.problem import Place

from .contacts import ContactInFile, DeclarationReader, FieldPlace, modes
from .problems import ListNode, MappingNode, ProblemList, YamlNode, new_place
from .schema.containers import KeyedMapping
from .schema.scalars import INVALID
from .yaml.plain_lines import BLANK_LINES, plain_fields, plain_scalar, plain_text
from .yaml.reader import read_tree

MAX_KNOWN = 10_000
"""Maximum number of entries that are known again."""

LONGEST_KNOWN = 400
"""Maximum number of characters of such an entry."""

MAX_ALONE = 20
"""Maximum number of contacts beyond half of a file that are read alone, which takes longer than the file."""

MAX_BLANKS = 8
"""Maximum number of blanks before a contact's ``- ``; the expressions of a layout are as long as they."""

_COMMENTS = re.compile(f"{BLANK_LINES}(?:--- *\n)?{BLANK_LINES}")

_BLOCK_MAPPING = re.compile(f"{_COMMENTS.pattern}[a-z]+:[ \n]")
"""Begins a file whose top is a mapping that no bracket encloses."""

_HEADER = re.compile("^contacts:(?: +#[^\n]*| *)\n", re.MULTILINE)
_FIRST_CONTACT = re.compile(f"{BLANK_LINES}(?P<blanks> {{,{MAX_BLANKS}}})(?=- )")

_ONE_CONTACT = "contacts: [{id: 1}]"
_IDENTITY = frozenset({"id", "reference", "email"})
_OTHER_KEYS = frozenset({*SETS, *FIELDS, "bundles", "manage"})


class UsualFile(NamedTuple):
    """The contacts of a file, and the file with one contact in their place, which stands at ``place``.

    ``rest`` is None when only comments stand there besides the contacts.
    """

    contacts: tuple[ContactInFile, ...]
    rest: bytes | None
    place: Place


class _OtherLayout(Exception):
    """The whole file is left to the parser."""


class LineReader:
    """Reads the files of one folder. ``schema`` is that of a contact."""

    __slots__ = ("_layouts", "_schema", "_zone")

    def __init__(self, zone: ZoneInfo, schema: KeyedMapping) -> None:
        self._zone = zone
        self._schema = schema
        self._layouts: dict[int, _LayoutReader] = {}

    def read(self, data: bytes | None, file: str) -> UsualFile | None:
        """The contacts of a file of the usual layout, with which nothing is wrong; None for any other."""
        text = plain_text(data)
        header = _HEADER.search(text or "")
        first = _FIRST_CONTACT.match(text or "", header.end()) if header else None
        if text is None or header is None or first is None or not _BLOCK_MAPPING.match(text):
            return None
        try:
            contacts, end = self._layout(len(first["blanks"])).contacts(text, first.start("blanks"), file)
        except _OtherLayout:
            return None
        return _usual_file(contacts, file, text[: header.start()], text[header.start() : end], text[end:])

    def _layout(self, blanks: int) -> "_LayoutReader":
        if blanks not in self._layouts:
            self._layouts[blanks] = _LayoutReader(blanks, self._zone, self._schema)
        return self._layouts[blanks]


def _usual_file(
    contacts: tuple[ContactInFile, ...], file: str, before: str, listed: str, after: str
) -> UsualFile:
    """What was read of a file; the lines of the rest stay where they are."""
    place = Place(file, before.count("\n") + 1, _ONE_CONTACT.index("{") + 1)
    if not after and _COMMENTS.fullmatch(before):
        return UsualFile(contacts, None, place)
    rest = before + _ONE_CONTACT + "\n" * listed.count("\n") + after
    return UsualFile(contacts, rest.encode(), place)


class _LayoutReader:
    """Reads contacts whose ``- `` stands behind that number of blanks, and knows earlier entries again."""

    __slots__ = ("_blanks", "_entries", "_known", "_next_contact", "_schema", "_zone")

    def __init__(self, blanks: int, zone: ZoneInfo, schema: KeyedMapping) -> None:
        self._blanks, self._zone, self._schema = blanks, zone, schema
        dash, deeper, keys = " " * blanks, " " * (blanks + 1), " " * (blanks + 2)
        contact = f"{dash}- [^ \n][^\n]*\n(?:{deeper}[^\n]*\n| *(?:#[^\n]*)?\n)*+"
        entry = f"{dash}[ -] ([a-z]+):((?=[ \n])[^\n]*\n(?:{keys}[ -][^\n]*\n)*+)({BLANK_LINES})"
        self._next_contact, self._entries = re.compile(contact).match, re.compile(entry).findall
        self._known: dict[tuple[str, str], _Entry] = {}

    def contacts(self, text: str, start: int, file: str) -> tuple[tuple[ContactInFile, ...], int]:
        """The contacts from that position on, and where they end: with the file, or before another key."""
        contacts, line, alone = [], text.count("\n", 0, start) + 1, 0
        while match := self._next_contact(text, start):
            contact, start = match[0], match.end()
            usual = self._contact(contact, file, line)
            alone += usual is None
            contacts.append(usual or self._parsed(contact, file, line))
            if alone > MAX_ALONE + len(contacts) // 2:
                raise _OtherLayout
            line += contact.count("\n")
        if text.startswith(" ", start):
            raise _OtherLayout
        return tuple(contacts), start

    def _parsed(self, contact: str, file: str, line: int) -> ContactInFile:
        """A contact as the parser reads it; its text begins at that line."""
        problems = ProblemList(file, [], lines_before=line - 1)
        tree = read_tree(contact.encode(), problems)
        if type(tree) is not ListNode or len(tree.items) != 1:
            raise _OtherLayout
        parsed = DeclarationReader(problems, self._zone, self._schema).contact(tree.items[0])
        if parsed is None or problems.problems:
            raise _OtherLayout
        return parsed

    def _contact(self, contact: str, file: str, line: int) -> ContactInFile | None:
        """A contact with the usual keys only, each in a usual layout; None for any other."""
        values: dict[str, Any] = {}
        place, length, known = Place(file, line, self._blanks + 3), 0, self._known
        for key, text, below in self._entries(contact):
            entry = known.get((key, text)) or self._entry(key, text)
            if entry is None or key in values:
                return None
            values[key] = entry if isinstance(entry, str) else entry.at(file, line)
            line += text.count("\n")
            length += len(key) + len(text)
            if below:
                line += below.count("\n")
                length += len(below)
        every_entry = length + (self._blanks + 3) * len(values) == len(contact)
        return _assembled(values, place) if every_entry else None

    def _entry(self, key: str, text: str) -> "str | _Entry | None":
        """What an entry says, a name itself; None where the parser has to look at the whole contact."""
        if "|" in text or ">" in text:
            return None  # A block of text may end with blank lines, and hold what looks like comments.
        if key in _IDENTITY:
            word = plain_scalar(text)
            return self._read(key, word, ProblemList("", [])) if word else None
        fields = plain_fields(text, self._blanks + 2 + len(key) + 1) if key in FIELDS else None
        if fields:
            return self._checked(key, fields)
        return self._new(key, text) if key in _OTHER_KEYS else None

    def _new(self, key: str, text: str) -> "_Entry":
        """An entry as the parser reads it, to be known again."""
        problems = ProblemList("", [])
        tree = read_tree(f"{' ' * (self._blanks + 2)}{key}:{text}".encode(), problems)
        if problems.problems or type(tree) is not MappingNode or list(tree.entries) != [key]:
            raise _OtherLayout
        entry = self._checked(key, tree.entries[key])
        if len(text) <= LONGEST_KNOWN and len(self._known) < MAX_KNOWN:
            self._known[key, text] = entry
        return entry

    def _checked(self, key: str, node: YamlNode) -> "_Entry":
        """An entry by its value, which the schema checks."""
        problems = ProblemList("", [], lines_before=-1)
        value = self._read(key, node, problems)
        entry = _entry_of(key, value, DeclarationReader(problems, self._zone, self._schema))
        if problems.problems:
            raise _OtherLayout
        return entry

    def _read(self, key: str, node: YamlNode, problems: ProblemList) -> Any:
        value = self._schema.known[key].read(node, problems)
        if value is INVALID or problems.problems:
            raise _OtherLayout
        return value


class _Entry(Protocol):
    """What a key of a contact says, wherever its lines stand."""

    def at(self, file: str, line: int) -> Any:
        """Its value where its first line is that one."""


class _Modes(NamedTuple):
    """What stands under ``manage``, which has no places."""

    modes: tuple[tuple[Facet, Mode], ...]

    def at(self, _file: str, _line: int) -> tuple[tuple[Facet, Mode], ...]:
        return self.modes


class _Items(NamedTuple):
    """Roles or tags: what makes each, its name, the line and the column of its place, and all else."""

    items: tuple[tuple[Callable[..., DeclaredItem], str, int, int, tuple[Any, ...]], ...]

    def at(self, file: str, line: int) -> tuple[DeclaredItem, ...]:
        return tuple(
            [
                make(name, new_place((file, line + below if below else line, column)), *more)
                for make, name, below, column, more in self.items
            ]
        )


class _Bundles(NamedTuple):
    """The names of bundles."""

    names: tuple[tuple[str, Place], ...]

    def at(self, file: str, line: int) -> tuple[tuple[str, Place], ...]:
        return tuple([(name, Place(file, line + place.line, place.column)) for name, place in self.names])


class _Fields(NamedTuple):
    """The fields of a profile or an address, and where they stand."""

    values: dict[str, str | None]
    places: tuple[FieldPlace, ...]

    def at(self, file: str, line: int) -> "_Fields":
        places = [(facet, name, Place(file, line + at.line, at.column)) for facet, name, at in self.places]
        return _Fields(self.values, tuple(places))


def _entry_of(key: str, value: Any, reader: DeclarationReader) -> _Entry:
    """The entry of a checked value; the lines of its places count from 0."""
    if key == "bundles":
        return _Bundles(reader.bundles(value))
    if key == "manage":
        return _Modes(modes(value))
    if key in FIELDS:
        return _Fields(value.values, reader.field_places(Facet(key), value))
    return _Items(tuple(map(_taken_apart, reader.items(Facet(key), value))))


def _taken_apart(item: DeclaredItem) -> tuple[Callable[..., DeclaredItem], str, int, int, tuple[Any, ...]]:
    line, column = item.place.line, item.place.column
    if isinstance(item, DeclaredGrant):
        return DeclaredGrant, item.reference, line, column, (item.status, item.window, item.reason)
    return DeclaredTag, item.value, line, column, (item.window, item.reason, None, item.facet)


def _assembled(values: dict[str, Any], place: Place) -> ContactInFile | None:
    """The contact of these values; None where there is more to check."""
    if not _IDENTITY & values.keys():
        return None
    field_places: tuple[FieldPlace, ...] = ()
    facets = {facet: values[facet] for facet in SETS if facet in values}
    for facet in FIELDS:
        if facet in values:
            facets[facet], places = values[facet]
            field_places += places
    if "reference" in facets.get(Facet.PROFILE, ()):
        return None
    declaration = Declaration(
        place=place,
        id=values.get("id"),
        reference=values.get("reference"),
        email=values.get("email"),
        modes=values.get("manage", ()),
        field_places=field_places,
        gives_up_roles=values.get("roles") == (),
        **facets,
    )
    return ContactInFile(declaration, values.get("bundles", ()))
