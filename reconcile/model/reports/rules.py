"""A rule of the language, as somebody reads it who has met it in a message."""

from dataclasses import dataclass

from reconcile.model.problem import Severity


@dataclass(frozen=True, slots=True)
class RuleArticle:
    """What a rule refuses, with a text that breaks it and one that keeps it.

    ``scope`` says what the rule is about, in words. ``in_schema``: editors tell it, too. ``in_words``: the
    examples are sentences, since no text of a file shows them. ``settings`` is what ``reconcile.yaml`` holds
    besides its version.
    """

    id: str
    severity: Severity
    scope: str
    in_schema: bool
    in_words: bool
    about: str
    wrong: str
    right: str
    settings: str = ""
