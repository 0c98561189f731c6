"""How commands show a plan: its formats, and whether names and e-mails are masked."""

import os
from collections.abc import Callable
from typing import Any

import click

from reconcile.model.plan import Plan
from reconcile.model.settings import Privacy

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
    from reconcile.render.mask import mask_plan

    shown = mask_plan(plan) if masked(form, privacy, configured) else plan
    return _text(shown, concise=concise) if form == "text" else _FORMS[form](shown)


def masked(form: str, privacy: Privacy | None, configured: Privacy) -> bool:
    """Whether that form is masked: as is asked for, else as is configured if others will read it."""
    return (privacy or (configured if _published(form) else Privacy.SHOW)) is Privacy.MASK


def _published(form: str) -> bool:
    from . import console

    in_a_log = form == "text" and bool(os.environ.get("CI")) and not console.on_terminal()
    return form in {"markdown", "html"} or in_a_log


def _text(plan: Plan, *, concise: bool) -> str:
    from reconcile.render.plan_text import plan_text

    from . import console

    return plan_text(plan, colour=console.colour(), width=console.width(), concise=concise)


def _json(plan: Plan) -> str:
    from reconcile.render.plan_json import plan_json

    return plan_json(plan)


def _markdown(plan: Plan) -> str:
    from reconcile.render.plan_markdown import plan_markdown

    return plan_markdown(plan)


def _html(plan: Plan) -> str:
    from reconcile.render.plan_page.page import plan_page

    return plan_page(plan)


_FORMS: dict[str, Callable[[Any], str]] = {
    "json": _json,
    "markdown": _markdown,
    "html": _html,
}
