"""``reconcile validate``: check configuration and declarations, offline and without credentials."""

import click

from reconcile.errors import ExitCode

from .options import Common, common_options


@click.command()
@common_options
def validate(common: Common) -> int:
    """Check the configuration and all declarations, without an account and without credentials."""
    from . import say
    from .project import open_project

    loaded = open_project(common).load()
    for warning in loaded.warnings:
        say.note(str(warning), common)
    contacts, files = len(loaded.declarations), loaded.files
    nouns = "contact" if contacts == 1 else "contacts", "file" if files == 1 else "files"
    say.result(f"{contacts} {nouns[0]} in {files} {nouns[1]}: no problems.")
    return ExitCode.DONE
