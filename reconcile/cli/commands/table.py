"""The commands by what they are for: where the code of each is, and the sentence that help has about it.

To list them imports none of them, and a call imports the one that it calls: all together take ten times as
long as any. A test holds each sentence against the command's own help. To add a command, add its row.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click

PROGRAM = "reconcile"

COMPLETION_VARIABLE = "_RECONCILE_COMPLETE"
"""Set by a shell that asks for completions; its value says which shell it is, and what it asks for."""

CommandRow = tuple[str, str]
"""Where a command is defined, as ``module:name`` within `reconcile.cli.commands`, and its sentence."""

SECTIONS: Mapping[str, Mapping[str, CommandRow]] = {
    "Every day": {
        "validate": ("validate:validate", "Check configuration and declarations, offline."),
        "fmt": ("fmt:fmt", "Lay declarations out in one way, with all comments."),
        "plan": ("plan:plan", "Show what would change, without changing anything."),
        "apply": ("apply:apply", "Plan, show the plan, ask, and apply it."),
        "drift": ("drift:drift", "Say what happened to the account since the last apply."),
    },
    "Look": {
        "list": ("list_contacts:list_contacts", "Show who holds which roles and tags in the account."),
        "explain": ("explain:explain", "Say why one contact has what it has, and what comes next."),
        "timeline": ("timeline:timeline", "Show what starts and lapses in the days to come."),
        "history": ("history:history", "List the runs of apply, or tell what one did."),
        "show": ("show:show", "Show a saved plan, or what a run did."),
        "revert": ("revert:revert", "Plan what undoes a run of apply."),
    },
    "Set up": {
        "init": ("init:init", "Write what a new project needs, and overwrite nothing."),
        "import": (
            "import_contacts:import_contacts",
            "Write declarations for contacts that the account has.",
        ),
        "doctor": ("doctor:doctor", "Look at how everything is set up, here or at the forge."),
        "probe": ("probe:probe", "Find out what the API's documents leave open."),
        "completion": ("completion:completion", "Print a script that completes words on the tab key."),
    },
    "Learn": {
        "demo": ("demo:demo", "Run the whole job against a sandbox that is thrown away."),
        "sandbox": ("sandbox:sandbox", "Run an Evance API of our own on this machine."),
        "rules": ("rules:rules", "Explain the rules that problems name, as in [unknown-role]."),
        "schema": ("schema:schema", "Print a JSON Schema, for editors."),
    },
    "Pipeline": {
        "ci": ("ci.group:ci", "Do a step of a CI job: the comment, the plan, the result."),
    },
}
"""All commands, in the order and under the titles in which help lists them."""

COMMANDS = {name: row for rows in SECTIONS.values() for name, row in rows.items()}
"""The same, by their names alone."""

CI_STEPS: Mapping[str, CommandRow] = {
    "apply": ("ci.merge:apply_preview", "Apply the preview that this run has made, and nothing else."),
    "comment": ("ci.comment:comment", "Post or renew the one comment, with a section for each target."),
    "drift-issue": ("ci.telling:drift_issue", "Open, renew or close the one issue of a target."),
    "journals": ("ci.journals:journals", "Fetch the journals and the record of earlier runs."),
    "keep": ("ci.journals:keep", "Put what this run has written where it can be kept."),
    "plan": ("ci.pull_request:pull_request_plan", "Plan what merging a pull request would do."),
    "preview": ("ci.merge:preview", "Plan afresh what was merged, for those who let it be applied."),
    "result": ("ci.telling:result", "Say under the merged pull requests what became of them."),
    "reviewed": ("ci.pull_request:reviewed", "Refuse until somebody else has reviewed the plan."),
    "targets": ("ci.pull_request:targets", "List the targets that the pipeline works on."),
}
"""The commands of ``reconcile ci``."""


class ImportedCommands(MutableMapping[str, click.Command]):
    """Commands by their names, from the rows of a table; each is imported when somebody asks for it.

    To whoever walks through a group it is the mapping that Click keeps: references, completion and tests need
    to know nothing of it. What can be told without the commands is told by their rows.
    """

    def __init__(self, rows: Mapping[str, CommandRow]) -> None:
        self._rows = dict(rows)
        self._imported: dict[str, click.Command] = {}

    @property
    def sentences(self) -> dict[str, str]:
        """What help says of each command in a list."""
        return {name: sentence for name, (_, sentence) in self._rows.items()}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._imported:
            module, _, defined_as = self._rows[name][0].partition(":")
            self._imported[name] = getattr(import_module(f"{__package__}.{module}"), defined_as)
        return self._imported[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._imported[name] = command
        self._rows[name] = "", command.get_short_help_str()

    def __delitem__(self, name: str) -> None:
        del self._rows[name]
        self._imported.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
