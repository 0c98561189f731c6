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
another way, or when there is anything to tell of it: no message ever comes from here.

``tests/declare/test_line_reader.py`` holds both ways against each other on texts that are nearly usual.
"""

import re
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from reconcile.model.declaration import Declaration, DeclaredGrant, DeclaredItem, DeclaredTag
from reconcile.model.facets import FIELDS, SETS, Facet
from reconcile.model.problem import Place

from .contacts import ContactInFile, DeclarationReader, FieldPlace, modes
from .problems import ListNode, MappingNode, ProblemList, YamlNode
from .schema.containers import KeyedMapping
from .schema.scalars import INVALID
from .yaml.plain_lines import NOTHING, plain_fields, plain_scalar, plain_text
from .yaml.reader import read_tree

MAX_KNOWN = 10_000
"""Maximum number of entries that are known again."""

LONGEST_KNOWN = 400
"""Maximum number of characters of such an entry."""

_COMMENTS = re.compile(f"{NOTHING}(?:--- *\n)?{NOTHING}")

_BLOCK_MAPPING = re.compile(f"{_COMMENTS.pattern}[a-z]+:[ \n]")
"""Begins a file whose top is a mapping that no bracket encloses."""

_HEADER = re.compile("^contacts: *(?:#[^\n]*)?\n", re.MULTILINE)

_FIRST_CONTACT = re.compile(f"{NOTHING}(?P<blanks> *)(?=- )")

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


class _Fields(NamedTuple):
    """The fields of a profile or an address, and where they stand."""

    values: dict[str, str | None]
    places: tuple[FieldPlace, ...]


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
        reader = self._layout(len(first["blanks"]))
        try:
            contacts, end = reader.contacts(text, first.start("blanks"), file)
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
    """Reads contacts whose ``- `` stands behind so many blanks, and knows earlier entries again."""

    __slots__ = ("_blanks", "_entries", "_known", "_next_contact", "_schema", "_zone")

    def __init__(self, blanks: int, zone: ZoneInfo, schema: KeyedMapping) -> None:
        self._blanks, self._zone, self._schema = blanks, zone, schema
        dash, deeper, keys = " " * blanks, " " * (blanks + 1), " " * (blanks + 2)
        contact = f"{dash}- [^ \n][^\n]*\n(?:{deeper}[^\n]*\n| *(?:#[^\n]*)?\n)*+"
        entry = f"{keys}([a-z]+):((?=[ \n])[^\n]*\n(?:{keys}[ -][^\n]*\n)*+)({NOTHING})"
        self._next_contact, self._entries = re.compile(contact).match, re.compile(entry).findall
        self._known: dict[tuple[str, str], Any] = {}

    def contacts(self, text: str, start: int, file: str) -> tuple[tuple[ContactInFile, ...], int]:
        """The contacts from that position on, and where they end: with the file, or before another key."""
        contacts, line = [], text.count("\n", 0, start) + 1
        while match := self._next_contact(text, start):
            contact, start = match[0], match.end()
            contacts.append(self._contact(contact, file, line) or self._parsed(contact, file, line))
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
        lines: dict[str, int] = {}
        place, length, known = Place(file, line, self._blanks + 3), 0, self._known
        for key, text, below in self._entries(contact.replace("-", " ", 1)):
            value = known.get((key, text))
            if value is None:
                value = self._value(key, text)
            if value is None or key in values:
                return None
            values[key], lines[key] = value, line
            line += text.count("\n") + below.count("\n")
            length += len(key) + len(text) + len(below)
        every_entry = length + (self._blanks + 3) * len(values) == len(contact)
        return _assembled(values, lines, place) if every_entry else None

    def _value(self, key: str, text: str) -> Any:
        """What an entry says; None where the parser has to look at the whole contact."""
        if "|" in text or ">" in text:
            return None  # A block of text may end with blank lines, and hold what looks like comments.
        if key in _IDENTITY:
            word = plain_scalar(text)
            return self._checked(key, word) if word else None
        fields = plain_fields(text, self._blanks + 2 + len(key) + 1) if key in FIELDS else None
        if fields:
            return self._checked(key, fields)
        return self._new(key, text) if key in _OTHER_KEYS else None

    def _new(self, key: str, text: str) -> Any:
        """What an entry says as the parser reads it, to be known again."""
        problems = ProblemList("", [])
        tree = read_tree(f"{' ' * (self._blanks + 2)}{key}:{text}".encode(), problems)
        if problems.problems or type(tree) is not MappingNode or list(tree.entries) != [key]:
            raise _OtherLayout
        value = self._checked(key, tree.entries[key])
        if len(text) <= LONGEST_KNOWN and len(self._known) < MAX_KNOWN:
            self._known[key, text] = value
        return value

    def _checked(self, key: str, node: YamlNode) -> Any:
        """What a key's value says; the lines of its places count from 0."""
        problems = ProblemList("", [], lines_before=-1)
        value = self._schema.known[key].read(node, problems)
        if value is INVALID or problems.problems:
            raise _OtherLayout
        if key in _IDENTITY:
            return value
        reader = DeclarationReader(problems, self._zone, self._schema)
        if key in SETS:
            value = reader.items(Facet(key), value)
        elif key in FIELDS:
            value = _Fields(value.values, reader.field_places(Facet(key), value))
        elif key == "bundles":
            value = reader.bundles(value)
        elif key == "manage":
            value = modes(value)
        if problems.problems:
            raise _OtherLayout
        return value


def _assembled(values: dict[str, Any], lines: dict[str, int], place: Place) -> ContactInFile | None:
    """The contact of these entries, each of which begins at its line; None where there is more to check."""
    renamed = Facet.PROFILE in values and "reference" in values[Facet.PROFILE].values
    if renamed or not _IDENTITY & values.keys():
        return None
    facets: dict[str, Any] = {}
    field_places: list[FieldPlace] = []
    for facet in SETS:
        if facet in values:
            facets[facet] = tuple([_item_below(lines[facet], item, place.file) for item in values[facet]])
    for facet in FIELDS:
        if facet in values:
            facets[facet], places = values[facet]
            field_places += [(facet, name, _below(lines[facet], at, place.file)) for _, name, at in places]
    declaration = Declaration(
        place=place,
        id=values.get("id"),
        reference=values.get("reference"),
        email=values.get("email"),
        modes=values.get("manage", ()),
        field_places=tuple(field_places),
        gives_up_roles=facets.get(Facet.ROLES) == (),
        **facets,
    )
    bundles = [(name, _below(lines["bundles"], at, place.file)) for name, at in values.get("bundles", ())]
    return ContactInFile(declaration, tuple(bundles))


def _below(line: int, place: Place, file: str) -> Place:
    """The place whose line counts from that one, from 0."""
    return Place(file, line + place.line, place.column)


def _item_below(line: int, item: DeclaredItem, file: str) -> DeclaredItem:
    """The item whose place counts from that line; a ``replace`` takes three times as long."""
    place = _below(line, item.place, file)
    if isinstance(item, DeclaredGrant):
        return DeclaredGrant(item.reference, place, item.status, item.window, item.reason)
    return DeclaredTag(item.value, place, item.window, item.reason, None, item.facet)
