"""The conditions of ``rules:if``, evaluated as GitLab documents them ("CI/CD variable expressions")."""

import re
from collections.abc import Mapping

Variables = Mapping[str, str]

_TOKEN = re.compile(
    r"""\s*(?:(?P<variable>\$\w+)|(?P<text>"[^"]*"|'[^']*')|(?P<pattern>/(?:[^/\\]|\\.)+/i?)"""
    r"""|(?P<null>null)|(?P<word>==|!=|=~|!~|&&|\|\||[()]))"""
)


def holds(condition: str, variables: Variables) -> bool:
    """Whether a condition holds. A variable that is not defined equals ``null`` and nothing else."""
    reader = _Reader(_tokens(condition), variables)
    result = reader.either()
    assert reader.next is None, f"not understood from {reader.next!r} on: {condition}"
    return result


def _tokens(condition: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    while condition[at:].strip():
        found = _TOKEN.match(condition, at)
        assert found, f"not understood: {condition[at:]}"
        kind = str(found.lastgroup)
        tokens.append((kind, found[kind]))
        at = found.end()
    return tokens


class _Reader:
    """Reads from the loosest operator to the tightest: ``||``, ``&&``, a comparison, a value."""

    def __init__(self, tokens: list[tuple[str, str]], variables: Variables) -> None:
        self.tokens, self.variables = tokens, variables

    @property
    def next(self) -> str | None:
        return self.tokens[0][1] if self.tokens else None

    def either(self) -> bool:
        result = self.both()
        while self.next == "||":
            self.tokens.pop(0)
            other = self.both()
            result = result or other
        return result

    def both(self) -> bool:
        result = self.comparison()
        while self.next == "&&":
            self.tokens.pop(0)
            other = self.comparison()
            result = result and other
        return result

    def comparison(self) -> bool:
        if self.next == "(":
            self.tokens.pop(0)
            result = self.either()
            assert self.tokens.pop(0)[1] == ")"
            return result
        left = self.value()
        if self.next not in ("==", "!=", "=~", "!~"):
            return bool(left)
        operator = self.tokens.pop(0)[1]
        right = self.value()
        equal = _matches(left, right) if operator.endswith("~") else left == right
        return equal != operator.startswith("!")

    def value(self) -> str | None:
        kind, text = self.tokens.pop(0)
        match kind:
            case "variable":
                return self.variables.get(text[1:])
            case "text":
                return text[1:-1]
            case "pattern":
                return text
            case _:
                assert kind == "null", f"unexpected {text}"
                return None


def _matches(text: str | None, pattern: str | None) -> bool:
    assert pattern
    flags = re.IGNORECASE if pattern.endswith("i") else 0
    return re.search(pattern.strip("i")[1:-1] if flags else pattern[1:-1], text or "", flags) is not None


def expanded(text: str, variables: Variables) -> str:
    """A text with ``$NAME`` and ``${NAME}`` in it replaced; what is not defined is empty."""
    return re.sub(r"\$(?:(\w+)|\{(\w+)\})", lambda found: variables.get(found[1] or found[2], ""), text)
