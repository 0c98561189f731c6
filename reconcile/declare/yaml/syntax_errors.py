"""What a syntax error of YAML most likely means to the person who wrote the file, and where it began.

The parser tells where it gave up, which is often lines behind the slip: a quote that is not closed is
noticed at the next one. Here the slip itself is sought, in the text and in the parser's words. Only the signs
of YAML and the numbers of lines are told: a value may be private. What is not known here is told in the
parser's own words.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

from reconcile.declare import rules
from reconcile.declare.problems import Mark, Position
from reconcile.declare.rules import Rule

_ADVICE = "check the indentation, colons, brackets and quotes"

TEMPLATE = "a template stands here, and no template is filled in; write the value itself, or in quotes"

_TEMPLATE = re.compile(r"\{\{|\{%")

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")

_NO_SPACE_AFTER_COLON = re.compile(r"(?:-[ ]+)?[\w.-]+:(?=[^\s:/])")

_NO_SPACE_AFTER_DASH = re.compile(r"-(?=[^\s-])")

_NO_TOKEN = re.compile("found character (.* )?that cannot start any token", re.DOTALL)

_CLOSING = {"[": "]", "{": "}"}


class SyntaxFinding(NamedTuple):
    """What is told of a syntax error. ``mark`` is None where the error has no place."""

    mark: Mark | None
    message: str
    rule: Rule = rules.NOT_YAML


def syntax_finding(text: str, error: yaml.MarkedYAMLError, parser: Any) -> SyntaxFinding:
    """What to tell of the error that reading that text ended with; ``parser`` is the class that reads it."""
    if error.problem_mark is not None:
        slip = _Slip(text, error, parser)
        for find in _EXPLANATIONS:
            finding = find(slip)
            if finding is not None:
                return finding
    mark: Any = error.problem_mark or error.context_mark
    begun: Any = error.context_mark
    since = f" {error.context} at line {begun.line + 1}" if begun else ""
    return SyntaxFinding(mark, f"this is not valid YAML: {error.problem}{since}; {_ADVICE}")


class _Token(NamedTuple):
    """A text that the parser read before it gave up; ``end`` counts the characters before its end."""

    start: Any
    end: int
    last_line: int
    quotes: bool


class _Before(NamedTuple):
    """What the parser read before it gave up: the last text, and the innermost bracket that is open."""

    text: _Token | None
    bracket: Any


@dataclass(frozen=True, slots=True)
class _Slip:
    """A syntax error in its text."""

    text: str
    error: Any
    parser: Any

    @property
    def at(self) -> Any:
        """Where the parser gave up."""
        return self.error.problem_mark

    @property
    def begun(self) -> Any:
        """Where what it was reading began, or None."""
        return self.error.context_mark

    @property
    def problem(self) -> str:
        """What the parser says is wrong."""
        return str(self.error.problem)

    @property
    def context(self) -> str:
        """What the parser was reading."""
        return str(self.error.context or "")

    @property
    def sign(self) -> str:
        """The character at which it gave up; empty at the end of the file."""
        return self.text[self.at.index : self.at.index + 1]

    def line_of(self, mark: Any) -> str:
        """The line of a mark."""
        end = self.text.find("\n", mark.index)
        return self.text[mark.index - mark.column : end if end >= 0 else None]

    @property
    def begins_line(self) -> bool:
        """True when only blanks stand before the place on its line."""
        return not self.line_of(self.at)[: self.at.column].strip()

    def before(self) -> _Before:
        """What was read before the place."""
        text: _Token | None = None
        brackets: list[Any] = []
        for token in self._tokens():
            if isinstance(token, yaml.ScalarToken):
                end: Any = token.end_mark
                text = _Token(token.start_mark, end.index, end.line, bool(token.style))
            elif isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
                brackets.append(token.start_mark)
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
                del brackets[-1:]
        return _Before(text, brackets[-1] if brackets else None)

    def _tokens(self) -> Iterator[Any]:
        scanner = self.parser(self.text)
        with suppress(yaml.YAMLError), ExitStack() as cleanup:
            cleanup.callback(scanner.dispose)
            while scanner.check_token() and (token := scanner.get_token()).start_mark.index < self.at.index:
                yield token


def _template(slip: _Slip) -> SyntaxFinding | None:
    """``{{ … }}`` or ``{% … %}`` outside of quotes on the line of the error, or where it began."""
    for mark in filter(None, (slip.at, slip.begun)):
        line = _QUOTED.sub(lambda match: "q" * len(match[0]), slip.line_of(mark).partition(" #")[0])
        match = _TEMPLATE.search(line)
        if match is not None:
            return SyntaxFinding(Position(mark.line, match.start()), TEMPLATE, rules.TEMPLATE)
    return None


def _tab(slip: _Slip) -> SyntaxFinding | None:
    if slip.sign != "\t":
        return None
    what = "indents this line" if slip.begins_line else "stands here"
    return SyntaxFinding(slip.at, f"a tab {what}; use spaces")


def _open_quote(slip: _Slip) -> SyntaxFinding | None:
    if slip.context != "while scanning a quoted scalar":
        return None
    return SyntaxFinding(
        slip.begun, "the quote that opens here is never closed; close it where its text ends"
    )


def _text_behind_quote(slip: _Slip) -> SyntaxFinding | None:
    """A quote that was closed by the next one: by an apostrophe, or by one that should open a text."""
    text = slip.before().text
    if text is None or not text.quotes or slip.text[text.end : slip.at.index].strip(" "):
        return None
    if text.last_line == text.start.line:
        message = "the quote before this is the end of its text; write a quote within a text twice"
        return SyntaxFinding(slip.at, f"{message} (''), or use the other kind around it")
    message = f"the quote that opens here is closed only by the next one, in line {text.last_line + 1}"
    return SyntaxFinding(text.start, f"{message}; close it where its text ends")


def _escape(slip: _Slip) -> SyntaxFinding | None:
    if slip.context != "while parsing a quoted scalar":
        return None
    message = "this is no escape that YAML knows; write a text with backslashes in single quotes"
    return SyntaxFinding(slip.at, message)


def _open_bracket(slip: _Slip) -> SyntaxFinding | None:
    if not slip.context.startswith("while parsing a flow "):
        return None
    text, bracket = slip.before()
    if bracket is None:
        return None
    runs_on = text is not None and text.last_line > text.start.line
    if slip.sign == ":" and not runs_on:
        return SyntaxFinding(slip.at, "a second colon stands here; write a text that holds ': ' in quotes")
    if slip.sign in (":", "]", "}", "-") or not slip.text[slip.at.index :].strip():
        return _not_closed(slip, bracket)
    if slip.sign == ",":
        return SyntaxFinding(slip.at, "nothing stands before this comma; delete it")
    closing = _CLOSING[slip.text[bracket.index]]
    message = f"a comma or the '{closing}' of line {bracket.line + 1} is missing before this; add it"
    return SyntaxFinding(slip.at, message)


def _not_closed(slip: _Slip, bracket: Any) -> SyntaxFinding:
    opening = slip.text[bracket.index]
    end = f"line {slip.at.line + 1}" if slip.at.line > bracket.line else f"the '{slip.sign}'"
    if not slip.text[slip.at.index :].strip():
        end = "the file ends"
    message = f"the '{opening}' that opens here is not closed before {end}; add '{_CLOSING[opening]}'"
    return SyntaxFinding(bracket, message)


def _second_colon(slip: _Slip) -> SyntaxFinding | None:
    """``mapping values are not allowed``: a colon where no key can be."""
    if not slip.problem.startswith("mapping values are not allowed"):
        return None
    text = slip.before().text
    if text is None or text.start.line == slip.at.line:
        message = "a second colon stands on this line; write a text that holds ': ' in quotes"
        return SyntaxFinding(slip.at, message)
    missing = _missing_space(slip, text.start)
    if missing is not None:
        return missing
    message = f"this line is indented further than line {text.start.line + 1}, so it goes on with its text"
    message = f"{message}; give the keys of an entry the same indentation"
    return SyntaxFinding(Position(slip.at.line, _indent(slip.line_of(slip.at))), message)


def _no_colon(slip: _Slip) -> SyntaxFinding | None:
    """``could not find expected ':'``: a word on a line of its own where keys stand."""
    if slip.context != "while scanning a simple key":
        return None
    missing = _missing_space(slip, slip.begun)
    if missing is not None:
        return missing
    message = "a colon is missing after this word; write 'key: value', or '- ' before an item of a list"
    return SyntaxFinding(slip.begun, message)


def _missing_space(slip: _Slip, start: Any) -> SyntaxFinding | None:
    """``-email: bob`` on the line, or ``email:bob`` at the start, of a text."""
    line = slip.line_of(start)
    for pattern, sign, column in (
        (_NO_SPACE_AFTER_DASH, "-", _indent(line)),
        (_NO_SPACE_AFTER_COLON, ":", start.column),
    ):
        match = pattern.match(line, column)
        if match is not None:
            place = Position(start.line, match.end())
            return SyntaxFinding(place, f"a space is missing after '{sign}'; add it")
    return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _sign_of_yaml(slip: _Slip) -> SyntaxFinding | None:
    """A text that begins with a sign which means something to YAML."""
    begins = slip.begun if slip.context.startswith(("while scanning an a", "while scanning a tag")) else None
    if begins is None and not _NO_TOKEN.fullmatch(slip.problem):
        return None
    mark = begins or slip.at
    message = f"'{slip.text[mark.index]}' means something to YAML at the start of a text"
    return SyntaxFinding(mark, f"{message}; write the text in quotes")


def _stray_bracket(slip: _Slip) -> SyntaxFinding | None:
    if slip.sign not in ("]", "}"):
        return None
    return SyntaxFinding(slip.at, f"this '{slip.sign}' closes nothing; delete it, or open its list before it")


def _indentation(slip: _Slip) -> SyntaxFinding | None:
    """A line that stands between the columns of those above it."""
    if not (slip.context.startswith("while parsing a block ") and slip.begins_line and slip.sign):
        return None
    message = f"this line lines up with none above it (the entry began in line {slip.begun.line + 1})"
    return SyntaxFinding(slip.at, f"{message}; give the keys of an entry the same indentation")


_EXPLANATIONS: tuple[Callable[[_Slip], SyntaxFinding | None], ...] = (
    _template,
    _tab,
    _open_quote,
    _text_behind_quote,
    _escape,
    _open_bracket,
    _second_colon,
    _no_colon,
    _sign_of_yaml,
    _stray_bracket,
    _indentation,
)
"""Asked in this order; the first that knows the error tells it."""
