"""``reconcile completion``: the script that lets a shell complete words of this command."""

import click

from reconcile.cli.completion.shells import SHELLS, completion_script
from reconcile.cli.console import Terminal
from reconcile.cli.help import HelpfulCommand
from reconcile.errors import ExitCode


@click.command(
    short_help="Print a script that completes words on the tab key.",
    cls=HelpfulCommand,
    examples=[
        ("reconcile completion bash > ~/.reconcile.bash", "for bash; then source it in ~/.bashrc"),
        ("reconcile completion zsh > ~/.zfunc/_reconcile", "for zsh, with ~/.zfunc in fpath"),
        ("reconcile completion fish > ~/.config/fish/completions/reconcile.fish", "for fish"),
    ],
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print a script for bash, zsh or fish, which then complete commands, options and their values.

    Values are targets, guards, runs, rules, and the contacts, roles and tags that are declared. They are
    taken from files alone: no account is asked. To try it in this shell: eval "$(reconcile completion bash)";
    for good, write it into a file that the shell reads when it starts.
    """
    Terminal().print_exactly(completion_script(context.find_root().command, shell))
    return ExitCode.DONE
