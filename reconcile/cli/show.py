"""``reconcile show``: a saved plan in any format; and the one place where commands render plans."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from reconcile.errors import ExitCode
from reconcile.model import Plan, Privacy

FORMATS = ("text", "json", "markdown", "html")

format_option = click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="The form."
)
privacy_option = click.option(
    "--privacy",
    type=click.Choice([privacy.value for privacy in Privacy]),
    help="Mask or show names and e-mails. By default Markdown, HTML and the text in a CI log are masked.",
)

concise_option = click.option("--concise", is_flag=True, help="In text, leave out what is kept.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="PLAN.json")
@format_option
@privacy_option
@concise_option
def show(file: Path, form: str, privacy: str | None, *, concise: bool) -> int:
    """Show a saved plan. Whether it still fits the account is for 'apply' to say."""
    from reconcile.apply import read_plan
    from reconcile.plan import unfit

    from . import say

    plan = read_plan(file)
    if unfit(plan):
        click.echo(
            f"{file}: its content does not have the digest it names: it was masked or changed", err=True
        )
    say.result(render(plan, form, Privacy(privacy) if privacy else None, concise=concise))
    return ExitCode.DONE


def render(
    plan: Plan,
    form: str,
    privacy: Privacy | None = None,
    configured: Privacy = Privacy.MASK,
    *,
    concise: bool = False,
) -> str:
    """The plan in a form, as wide and as coloured as standard output allows.

    Masked when that is asked for; by default, if the configuration does not say otherwise, whatever leaves
    the terminal for other eyes: pages, comments, and the log of a CI system. JSON is for ``apply``, so it is
    whole unless it is asked for masked.
    """
    from reconcile.render import mask

    shown = mask(plan) if masked(form, privacy, configured) else plan
    return _text(shown, concise=concise) if form == "text" else _FORMS[form](shown)


def masked(form: str, privacy: Privacy | None, configured: Privacy) -> bool:
    """Whether that form is masked: as is asked for, else as is configured if others will read it."""
    return (privacy or (configured if _published(form) else Privacy.SHOW)) is Privacy.MASK


def _published(form: str) -> bool:
    from . import say

    in_a_log = form == "text" and bool(os.environ.get("CI")) and not say.on_terminal()
    return form in {"markdown", "html"} or in_a_log


def _text(plan: Plan, *, concise: bool) -> str:
    from reconcile.render import text

    from . import say

    return text(plan, colour=say.colour(), width=say.width(), concise=concise)


def _json(plan: Plan) -> str:
    from reconcile.render import as_json

    return as_json(plan)


def _markdown(plan: Plan) -> str:
    from reconcile.render import markdown

    return markdown(plan)


def _html(plan: Plan) -> str:
    from reconcile.render import html

    return html(plan)


_FORMS: dict[str, Callable[[Any], str]] = {
    "json": _json,
    "markdown": _markdown,
    "html": _html,
}
