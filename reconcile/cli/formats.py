"""The options that choose how a document is shown, and the document as standard output shall show it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from reconcile.model.settings import Privacy

from .console import Terminal, colour, on_terminal, width
from .output import configured_privacy, in_ci

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Command = Callable[..., Any]


DEFAULT_FORMAT = "text"
"""The format for whoever asks for none; every kind of document has it."""


class FormatName(click.ParamType[str]):
    """One of the registered formats of a kind of document.

    They are looked up when they are asked for: a command that shows nothing loads no format.
    """

    name = "format"

    def __init__(self, document: type, *, local: bool = False) -> None:
        self.document = document
        self._local = local

    def _choice(self) -> click.Choice[str]:
        from reconcile.render.registry import Audience, formats_of

        rows = formats_of(self.document)
        return click.Choice(
            [row.name for row in rows if not (self._local and row.audience is Audience.OTHERS)]
        )

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """All formats, as help shows them: ``[text|json]``."""
        return self._choice().get_metavar(param, ctx)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The format's name, or a usage error that lists all names. The default one loads none."""
        if value == DEFAULT_FORMAT:
            return DEFAULT_FORMAT
        return self._choice().convert(value, param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """The names that begin like this."""
        return self._choice().shell_complete(ctx, param, incomplete)


class _PrivacyOption(click.Option):
    """``--privacy``, whose help names the command's formats that are masked unless it says otherwise."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        from reconcile.render.registry import masked_titles

        types = (parameter.type for parameter in ctx.command.params)
        titles = masked_titles([kind.document for kind in types if isinstance(kind, FormatName)])
        masked = f"{', '.join(titles)} and the text in a CI log are" if titles else "the text in a CI log is"
        self.help = f"Mask or show names and e-mails. By default {masked} masked."
        return super().get_help_record(ctx)


def format_option(document: type, *, local: bool = False) -> Callable[[Command], Command]:
    """``--format`` for a kind of document; ``local``: only formats that are for no other people."""
    names = FormatName(document, local=local)
    return click.option(
        "--format", "form", type=names, default=DEFAULT_FORMAT, show_default=True, help="The form."
    )


text_or_json_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The form.",
)
"""``--format`` of a command whose result is no document of the registry."""

privacy_option = click.option(
    "--privacy",
    cls=_PrivacyOption,
    type=click.Choice([privacy.value for privacy in Privacy]),
    callback=lambda _ctx, _param, value: Privacy(value) if value else None,
)

concise_option = click.option(
    "--concise/--no-concise",
    default=None,
    help="In text, leave out what is kept, and show equal changes together. By default above 20 contacts.",
)


def show(
    terminal: Terminal,
    document: object,
    form: str,
    privacy: Privacy | None = None,
    *,
    concise: bool | None = False,
) -> None:
    """Print the document in a format, as `render` has it; ``--verbose`` shows a long one whole, too."""
    if terminal.verbose and concise is None:
        concise = False
    from reconcile.render.registry import format_of

    own = format_of(type(document), form).runner_commands
    terminal.print_result(render(document, form, privacy, concise=concise), own_commands=own)


def render(
    document: object,
    form: str,
    privacy: Privacy | None = None,
    *,
    concise: bool | None = False,
    **options: Any,
) -> str:
    """The document in a format, as wide and as coloured as standard output allows.

    Masked as ``privacy`` asks; if it is None, as is configured wherever other people will read it.
    ``concise`` is None where a text shall be so only if it is long. ``options`` are the format's own.
    """
    from reconcile.render import registry
    from reconcile.render.layout import TextLayout

    row = registry.format_of(type(document), form)
    logged = in_ci() and not on_terminal()
    masked = row.masks(privacy, configured_privacy(), logged=logged)
    layout = TextLayout(colour(), width(), concise)
    return registry.render(document, row, masked=masked, layout=layout, **options)
