"""The rules of the language for somebody who has met one: all in a list, or one with its examples.

The texts are our own, so there is nothing in them to mask or to escape.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from textwrap import indent

from reconcile.documents.json_text import json_text
from reconcile.model.problem import Severity
from reconcile.model.reports.rules import RuleArticle

from .layout import TextLayout, column_width, join_blocks, pad

FORMAT_VERSION = "1.0"

WIDEST = 40
"""Maximum width of the column of ids."""


def rule_list(rules: Sequence[RuleArticle], layout: TextLayout) -> str:
    """All rules by what they are about, the warnings last, each with what it refuses."""
    wide = column_width((rule.id for rule in rules), WIDEST)
    return join_blocks(
        [title, *(line for rule in listed for line in layout.wrap(f"  {pad(rule.id, wide)}  ", rule.about))]
        for title, listed in _sections(rules)
    )


def _sections(rules: Sequence[RuleArticle]) -> Iterator[tuple[str, list[RuleArticle]]]:
    errors = [rule for rule in rules if rule.severity is Severity.ERROR]
    for scope in dict.fromkeys(rule.scope for rule in errors):
        yield f"Errors, about {scope}", [rule for rule in errors if rule.scope == scope]
    yield "Warnings (errors with --strict)", [rule for rule in rules if rule not in errors]


def rule_text(rule: RuleArticle, layout: TextLayout) -> str:
    """What one rule refuses, with an example that breaks it and one that keeps it."""
    kind = "a warning, an error with --strict" if rule.severity is Severity.WARNING else "an error"
    settings = f" (with '{rule.settings}' in reconcile.yaml)" if rule.settings else ""
    return join_blocks(
        [
            [f"{rule.id}: {kind}, about {rule.scope}"],
            layout.wrap("", rule.about),
            [*layout.wrap("", f"Wrong{settings}:"), *_example(rule, rule.wrong, layout)],
            ["Right:", *_example(rule, rule.right, layout)],
        ]
    )


def _example(rule: RuleArticle, text: str, layout: TextLayout) -> list[str]:
    if rule.in_words:
        return layout.wrap("    ", text)
    return indent(text, "    ").splitlines()  # a file to copy: no line of it is wrapped


def rules_json(rules: Iterable[RuleArticle]) -> str:
    """Rules for a program, each with its text and examples. A new key is a minor version."""
    return json_text({"format_version": FORMAT_VERSION, "rules": list(map(asdict, rules))})
