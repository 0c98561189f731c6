"""``reconcile ci targets``: which targets the jobs of a pipeline work on."""

import json

import click

from reconcile.cli.options import Common, common_options
from reconcile.errors import ExitCode

from .group import outputs_option, set_outputs


@click.command(short_help="List the targets that the pipeline works on.")
@common_options
@outputs_option
def targets(common: Common) -> int:
    """List the targets that the pipeline works on, as JSON: a job each.

    They are those of the configuration, which is the target branch's (--config base/reconcile.yaml). Without
    a configuration there is none yet: merging brings it, and the run by hand applies it.
    """
    names = _names(common)
    set_outputs(targets=json.dumps(names))
    common.console.print_result(json.dumps(names))
    return ExitCode.DONE


def _names(common: Common) -> list[str]:
    from reconcile.declare.settings import load_settings

    config = common.choice.config
    if not config.exists():
        common.console.note(
            f"There is no {config} yet, so there is nothing to plan: merging brings it, and the run by hand "
            "applies what is declared."
        )
        return []
    wanted = common.choice.target
    names = [target.name for target in load_settings(config).ci_targets]
    return [name for name in names if wanted in (None, name)]
