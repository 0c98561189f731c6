"""``reconcile rules``: what a rule of the language refuses, with examples."""

from typing import TYPE_CHECKING

import click

from reconcile.cli.completion import project_words
from reconcile.cli.console import Terminal, width
from reconcile.cli.formats import text_or_json_option
from reconcile.cli.help import HelpfulCommand
from reconcile.errors import ExitCode, UsageError
from reconcile.text import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconcile.model.reports.rules import RuleArticle


@click.command(
    short_help="Explain the rules that problems name, as in [unknown-role].",
    cls=HelpfulCommand,
    examples=[
        ("reconcile rules", "all of them, in a line each"),
        ("reconcile rules unknown-role", "one, with a wrong and a right example"),
    ],
)
@click.argument("rule", metavar="[ID]", shell_complete=project_words.rules, required=False)
@text_or_json_option
def rules(rule: str | None, form: str) -> int:
    """Explain a rule of the language: what it refuses, an example that breaks it, one that keeps it.

    ID is what stands in brackets at the end of a problem's message. Without it, all rules are listed.
    """
    from reconcile.declare.rules import articles
    from reconcile.render.layout import TextLayout
    from reconcile.render.rules import rule_list, rule_text, rules_json

    layout, known = TextLayout(width=width()), articles()
    wanted = None if rule is None else _named(rule, known)
    if form == "json":
        text = rules_json(known.values() if wanted is None else [wanted])
    else:
        text = rule_list(list(known.values()), layout) if wanted is None else rule_text(wanted, layout)
    Terminal().print_result(text)
    return ExitCode.DONE


def _named(text: str, known: "Mapping[str, RuleArticle]") -> "RuleArticle":
    """The rule of that id, with or without the brackets of a message; UsageError when there is none."""
    name = text.strip().removeprefix("[").removesuffix("]")
    if name not in known:
        advice = did_you_mean(name, known) or "; 'reconcile rules' lists them"
        raise UsageError(f"there is no rule {quoted(name)}{advice}")
    return known[name]
