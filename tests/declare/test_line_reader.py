"""The loader's short way, by lines, tells the same as the YAML parser, or leaves the file to it."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconcile.declare.file_reader import FileContents, FileReader
from reconcile.declare.problems import ProblemList

ZONE = ZoneInfo("Europe/London")

USUAL = """\
# yaml-language-server: $schema=declarations.schema.json

contacts: # of the shop
  - email: ann@example.com    # since 2019
    roles: [customer, {reference: trade-account, expires: 2027-02-15}]
    tags: []
    profile: {firstname: Ann, phone: "+44 1872 300100"}

  # Two more
  - reference: 'C-17'
    roles:
      - wholesale
      - reference: preview
        reason: because she asked
    manage: {tags: additive}
    address:
      line1: 2 Old Hill
      zip: "TR1 2AB"  # new
      city: St Ives
    bundles: [press]
  - id: 17
    tags:
    - {value: VIP, starts: 2027-01-01T00:00:00Z}
    profile:
      biography: |
        Bakes.

        # not a comment
  - {email: zoë@example.com, roles: []}
  - email: new@example.com
    create: true
    type: user
    profile: {firstname: Zoë, lastname: "O'Neil"}
"""

BUNDLES = "bundles:\n  press:\n    roles: [press]\n    tags: [press]\n"


def reader() -> FileReader:
    return FileReader(ZONE, None)


def parsed(text: str) -> FileContents | None:
    """What the parser reads, all of it; None when it has anything to tell."""
    problems = ProblemList("contacts/a.yaml", [])
    contents = reader().parsed(text.encode(), problems)
    return None if problems.problems else contents


def by_lines(text: str) -> FileContents | None:
    return reader().by_lines(text.encode(), "contacts/a.yaml")


def blanks(text: str, number: int) -> str:
    """The same text, its contacts behind so many blanks."""
    head, contacts = text.split("contacts:", 1)
    lines = contacts.splitlines(keepends=True)
    return (
        head
        + "contacts:"
        + "".join(" " * number + line[2:] if line.startswith("  ") else line for line in lines)
    )


@pytest.mark.parametrize(
    "text",
    [
        USUAL,
        USUAL + BUNDLES,
        BUNDLES + USUAL,
        "---\n" + USUAL + "# end\n\n" + BUNDLES,
        blanks(USUAL, 0) + BUNDLES,
        blanks(USUAL, 4),
        USUAL.replace("\n", "\r\n"),
        "allow: []\n" + USUAL,
    ],
)
def test_the_usual_layout_needs_no_parser(text: str) -> None:
    """Every value and every place is the parser's; a file that has only these is read by lines."""
    contents = by_lines(text)
    assert contents is not None
    assert repr(contents) == repr(parsed(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "contacts:\n",
        "contacts: []\n",
        USUAL.removesuffix("\n"),
        "{\n" + USUAL + "}\n",
        USUAL + "contacts:\n  - email: b@example.com\n",
        USUAL + "---\n",
        USUAL + " x: 1\n",
        "allow: []\n" + USUAL.replace("contacts: #", "contacts:#"),
        blanks(USUAL, 9),
        "contacts:\n" + "- {id: 1}\n" * 60,
        USUAL.replace("customer", "custo\tmer"),
        USUAL.replace("customer", "custo\u200bmer"),
        USUAL.replace("since 2019", "since\u20282019"),
        USUAL.replace("email", "mail", 1),
        USUAL.replace("2027-02-15", "2027-02-30"),
        USUAL.replace("'C-17'", "0017"),
        USUAL.replace("    tags: []\n", "    tags: []\n    tags: []\n"),
        USUAL.replace("St Ives", "St Ives\n      city: Truro"),
        'allow:\n  - guard: last-holder\n    ceiling: 1\n    until: 2027-01-01\n    reason: "a\n'
        + USUAL.replace('"', "'")
        + '"\n',
    ],
)
def test_what_is_not_usual_is_left_to_the_parser(text: str) -> None:
    """No file that has a problem is read by lines, nor one in which the list may be something else."""
    assert by_lines(text) is None


WORDS = st.sampled_from(
    [
        "customer", "trade", "Ann B.", "x@y.de", "12", "012", "null", "~", "yes", "GB", "O'Neil", "Zoë",
        "a - b", "'q'", '"q r"', "''", "'it''s'", '"a\\n"', "foo #c", "a#b", "a:b", "foo: bar", "2027-01-01",
        "[a]", "{a: b}", "{reference: a}", "{value: b, reason: c}", "&x y", "*x", "!t z", "|", ">-", '"open',
        "'open", "[open", "a]", "?x", "-", "@a", "%x", "a,b", "\u3164",
    ]
)  # fmt: skip

FIELDS = st.dictionaries(
    st.sampled_from(["firstname", "lastname", "company", "city", "biography", "reference"]), WORDS, max_size=3
)


@st.composite
def entries(draw: st.DrawFn, blanks: int) -> str:
    """A key of a contact with its lines, most of them right."""
    key = draw(
        st.sampled_from(["id", "reference", "roles", "tags", "bundles", "profile", "address", "state"])
    )
    keys, comment = " " * blanks, draw(st.sampled_from(["", "", "", "  # why", "#no"]))
    if key in ("roles", "tags", "bundles"):
        items = draw(st.lists(WORDS, max_size=2))
        deeper = keys + draw(st.sampled_from(["", "  "]))
        below = "".join(f"{deeper}- {item}\n" for item in items)
        flow = f" [{', '.join(items)}]{comment}\n"
        return f"{keys}{key}:" + draw(st.sampled_from([flow, f"{comment}\n{below}"]))
    if key in ("profile", "address"):
        fields = draw(FIELDS)
        below = "".join(f"{keys}  {name}: {value}\n" for name, value in fields.items())
        flow = f" {{{', '.join(f'{name}: {value}' for name, value in fields.items())}}}{comment}\n"
        block = f"\n{keys}  biography: |+\n{keys}    # text\n\n"
        return f"{keys}{key}:" + draw(st.sampled_from([flow, f"{comment}\n{below}", block]))
    return f"{keys}{key}: {draw(WORDS)}{comment}\n"


@st.composite
def files(draw: st.DrawFn) -> str:
    """A file whose layout is nearly the usual one."""
    blanks = draw(st.sampled_from([0, 2, 2, 4]))
    text = draw(st.sampled_from(["", "", "", "# c\n", "---\n", BUNDLES, "{\n", "x: 'a\n"]))
    text += draw(st.sampled_from(["contacts:\n", "contacts:\n", "contacts: # c\n", "contacts:#c\n"]))
    for number in range(draw(st.integers(1, 3))):
        below = "".join(draw(st.lists(entries(blanks + 2), max_size=3)))
        text += f"{' ' * blanks}- email: a{number}@example.com\n{below}"
        text += draw(st.sampled_from(["", "", "", "\n", "# c\n", f"{' ' * (blanks + 3)}# d\n"]))
    text += draw(st.sampled_from(["", "", "", BUNDLES, "# c\n", "...\n", "  - x\n", "- x\n", " y: 1\n"]))
    at, end = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    broken = text[:at] + draw(st.text(" \n\t\r-#:[]{}\"'|>&*!?,a", max_size=2)) + text[min(end, at + 2) :]
    return draw(st.sampled_from([text, text, broken]))


@settings(max_examples=100)
@given(files())
@example('contacts:\n  - email: a@example.com\n    reference: "b\n    tags: [c]"\n')
@example("contacts:\n  - email: a@example.com\n    reference: b\n\n      c\n")
@example("contacts:\n- email: a@example.com\n-\n")
@example('x: "\ncontacts:\n  - email: a@example.com\n"\n')
def test_lines_tell_what_the_parser_tells_or_nothing(text: str) -> None:
    """The same contacts, values and places; nothing where the parser has anything to tell."""
    contents = by_lines(text)
    assert contents is None or repr(contents) == repr(parsed(text))


@pytest.mark.long
@settings(max_examples=1_200)
@given(files())
def test_lines_tell_what_the_parser_tells_or_nothing_at_length(text: str) -> None:
    """The same for many more files."""
    contents = by_lines(text)
    assert contents is None or repr(contents) == repr(parsed(text))
