"""The YAML reader is safe: what could grow, run or mislead ends at its place, at once."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from reconcile.declare.problems import ListNode, MappingNode, ProblemList, RefusedNode, ScalarNode, YamlNode
from reconcile.declare.yaml import reader
from reconcile.declare.yaml.reader import MAX_REFUSALS, read_tree
from reconcile.model.problem import Problem

MEBIBYTE = 1024 * 1024


def read(data: bytes) -> tuple[YamlNode | None, list[Problem]]:
    problems: list[Problem] = []
    return read_tree(data, ProblemList("f.yaml", problems)), problems


def plain(node: YamlNode | None) -> object:
    """A tree with its places, as plain values."""
    match node:
        case ScalarNode():
            return (node.text, node.plain, node.mark.line, node.mark.column)
        case ListNode():
            return [plain(item) for item in node.items]
        case MappingNode():
            return [(plain(node.keys[key]), plain(value)) for key, value in node.entries.items()]
        case RefusedNode() | None:
            return None


BOMBS = {
    "brackets": b"contacts: " + b"[" * 100_000,
    "braces": b"{a: " * 100_000,
    "dashes": b"- " * 5_000_000,
    "question marks": b"? " * 5_000_000,
    "anchors": b"- &a1 [x]\n" * 1_000_000,
    "aliases": b"a: &a [x, x]\nb: [" + b"*a," * 3_300_000,
    "one long anchor": b"a: &" + b"a" * 10_000_000,
    "tags": b"- !x y\n" * 1_500_000,
    "doubling": b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 250_000)),
    "documents": b"---\n" * 2_500_000,
}

LIMITED = """
import sys, time
from pathlib import Path
from reconcile.declare.problems import ProblemList
from reconcile.declare.yaml.reader import read_tree

data = sys.stdin.buffer.read()
problems = []
begun = time.process_time()
read_tree(data, ProblemList("f.yaml", problems))
# The peak of this program alone: ru_maxrss would count that of the process it was started by, too.
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(time.process_time() - begun, peak, len(problems), *problems[:1], sep="|")
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_at_once(name: str) -> None:
    """Within a second of computing and 200 MB, with a problem that has a place."""
    assert len(BOMBS[name]) <= 11_000_000
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], input=BOMBS[name], capture_output=True, timeout=60, check=True
    )
    seconds, peak, count, first = done.stdout.decode().split("|")
    assert float(seconds) < 1
    assert int(peak) / 1024 < 200
    assert 1 <= int(count) <= MAX_REFUSALS + 1
    assert first.startswith("f.yaml:")


def test_memory_is_measured_in_kibibytes() -> None:
    """The bombs' peak is told in KiB; another unit would make the test above worthless."""
    peak = Path("/proc/self/status").read_text("ascii").partition("VmHWM:")[2].partition("\n")[0]
    assert peak.split()[1] == "kB"
    assert 5 * 1024 < int(peak.split()[0]) < 20 * MEBIBYTE


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """A file is UTF-8, or its letters are guesses."""
    root, problems = read("contacts: [{company: Café}]".encode(encoding))
    assert isinstance(root, RefusedNode)
    assert [problem.rule for problem in problems] == ["not-utf8"]


def test_the_place_of_a_wrong_byte_is_counted_in_characters() -> None:
    """Line and column are those that an editor shows."""
    _, problems = read("a: é\nb: éé".encode() + b"\xff")
    assert [str(problem.place) for problem in problems] == ["f.yaml:2:6"]


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    """Editors on Windows write one; columns are counted without it."""
    root, problems = read(b"\xef\xbb\xbfa: b")
    assert problems == []
    assert plain(root) == [(("a", True, 0, 0), ("b", True, 0, 3))]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\u0080", "\ufffe"])
def test_a_raw_control_character_is_told_with_its_place(character: str) -> None:
    """YAML itself forbids them; the place is found all the same."""
    _, problems = read(f"a: b\nc: d{character}".encode())
    assert [(str(problem.place), problem.rule) for problem in problems] == [
        ("f.yaml:2:5", "control-character")
    ]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "---\n...\n", "\n\n"])
def test_a_file_may_hold_nothing(text: str) -> None:
    """An empty document is as good as no document."""
    assert read(text.encode()) == (None, [])


def test_refusals_end_after_a_hundred() -> None:
    """A file full of anchors is not told a million times."""
    _, problems = read(b"- &a x\n" * 1_000)
    assert len(problems) == MAX_REFUSALS + 1
    assert str(problems[-1].place) == "f.yaml"


SAMPLES = sorted((Path(__file__).parent.parent.parent / "contacts").rglob("*.yaml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_pure_parser_gives_the_same_tree(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML has no libyaml, files mean the same and places are the same."""
    data = path.read_bytes()
    compiled = plain(read(data)[0])
    monkeypatch.setattr(reader, "_PARSER", yaml.BaseLoader)
    assert plain(read(data)[0]) == compiled
    assert compiled


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_quoted_or_not_the_text_is_that_of_pyyaml(path: Path) -> None:
    """Beside places, the tree holds what PyYAML reads when everything is text."""

    def values(node: YamlNode | None) -> object:
        match node:
            case ScalarNode(text):
                return text
            case ListNode(items):
                return [values(item) for item in items]
            case MappingNode(entries):
                return {key: values(value) for key, value in entries.items()}
            case _:
                return None

    data = path.read_bytes()
    assert values(read(data)[0]) == yaml.load(data, yaml.BaseLoader)


@pytest.mark.parametrize("sign", ["\r", "\x85", "\u2028", "\u2029", "\u202e", "\u2066"])
def test_no_comment_hides_a_key_or_shows_as_one(sign: str) -> None:
    """YAML ends the line there, and a reader sees roles in the comment; or the comment is turned around."""
    data = f"contacts:\n  - email: bob@example.com  # as agreed{sign}    roles: [administrator]\n".encode()
    _, problems = read(data)
    (problem,) = problems
    assert (problem.rule, problem.place.line, problem.place.column) == ("control-character", 2, 40)
    assert f"U+{ord(sign):04X}" in problem.message


def test_the_ends_of_lines_that_editors_know_are_none_of_that() -> None:
    """Files from Windows end their lines with two characters."""
    assert read(b"contacts: []  # none\r\n# \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb\r\n")[1] == []
