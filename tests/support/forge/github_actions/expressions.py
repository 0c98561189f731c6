"""The expressions of workflow files, evaluated as GitHub documents it ("Evaluate expressions"): names,
literals, ``! && || == !=``, parentheses and the functions that our workflows use.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Contexts = Mapping[str, Any]

Functions = Mapping[str, Callable[..., Any]]

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(&&|\|\||==|!=|[!(),])|([\w.*-]+))")

_STATUS = re.compile(r"\b(always|failure|success|cancelled)\(\)")

_LITERALS = {"true": True, "false": False, "null": None}

COMMON: Functions = {
    "fromJSON": json.loads,
    "toJSON": json.dumps,
    "contains": lambda text, part: str(part).casefold() in str(text).casefold(),
    "startsWith": lambda text, start: str(text).casefold().startswith(str(start).casefold()),
}


def value_of(name: str, contexts: Contexts) -> Any:
    """The value of ``a.b.c``; what is not there is empty."""
    found: Any = contexts
    for part in name.split("."):
        found = found.get(part, "") if isinstance(found, Mapping) else ""
    return "" if found is None else found


def evaluated(text: str, contexts: Contexts, functions: Functions = COMMON) -> Any:
    """The value of an expression."""
    parser = _Parser(_tokens(text), contexts, functions)
    value = parser.either()
    assert parser.at == len(parser.tokens), f"not read to its end: {text}"
    return value


def filled(text: str, contexts: Contexts, functions: Functions = COMMON) -> str:
    """A text with each ``${{ expression }}`` in it replaced."""
    return re.sub(
        r"\$\{\{\s*(.*?)\s*\}\}", lambda found: as_text(evaluated(found[1], contexts, functions)), text
    )


def expanded(text: str, contexts: Contexts) -> Any:
    """The value of a text that may be a single expression, such as a list for a matrix."""
    whole = re.fullmatch(r"\$\{\{\s*(.*?)\s*\}\}", text)
    return evaluated(whole[1], contexts) if whole else filled(text, contexts)


def as_text(value: Any) -> str:
    """A value as it stands in a text."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def holds(condition: Any, contexts: Contexts, functions: Functions, *, good: bool) -> bool:
    """Whether an ``if`` holds. One that says nothing about the state needs all before it to be good."""
    text = as_text(condition) if condition is not None else "success()"
    bare = re.sub(r"^\$\{\{(.*)\}\}$", r"\1", text.strip(), flags=re.DOTALL)
    return (good or bool(_STATUS.search(bare))) and bool(evaluated(bare, contexts, functions))


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        assert found, f"unknown expression: {text[at:]}"
        tokens.append(found[0].strip())
        at = found.end()
    return tokens


@dataclass
class _Parser:
    tokens: list[str]
    contexts: Contexts
    functions: Functions
    at: int = field(default=0)

    def either(self) -> Any:
        value = self.both()
        while self._took("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self._took("&&"):
            other = self.compared()
            value = value and other
        return value

    def compared(self) -> Any:
        value = self.single()
        if self._took("=="):
            return _same(value, self.single())
        if self._took("!="):
            return not _same(value, self.single())
        return value

    def single(self) -> Any:
        token = self._next()
        if token == "!":
            return not self.single()
        if token == "(":
            value = self.either()
            assert self._took(")")
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        return self._called(token) if self._took("(") else self._named(token)

    def _called(self, name: str) -> Any:
        arguments = []
        while not self._took(")"):
            arguments.append(self.either())
            self._took(",")
        return self.functions[name](*arguments)

    def _named(self, token: str) -> Any:
        if token in _LITERALS:
            return _LITERALS[token]
        return float(token) if token.isdigit() else value_of(token, self.contexts)

    def _took(self, token: str) -> bool:
        here = self.at < len(self.tokens) and self.tokens[self.at] == token
        self.at += here
        return here

    def _next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]


def _same(one: Any, other: Any) -> bool:
    """Texts are the same in whatever case; other kinds are compared as numbers, of which empty is 0."""
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return _number(one) == _number(other)


def _number(value: Any) -> float:
    if isinstance(value, str) and value:
        return float(value) if re.fullmatch(r"-?\d+(\.\d+)?", value) else float("nan")
    return float(value or 0)
