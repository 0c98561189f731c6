"""What a project knows that completes a word: targets, runs, who and what is declared.

A shell waits for it at every press of the tab key: files are looked through, not read as declarations, and no
account is asked. Whatever goes wrong completes nothing.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

MOST_FILES = 5_000
"""Maximum number of files of declarations that are looked through; where there are more, none is offered."""

MOST_BYTES = 16 * 1024 * 1024
"""Maximum size of them together: 30,000 contacts have a tenth of it, and take a tenth of a second."""

LARGEST_CONFIGURATION = 1024 * 1024
"""Maximum size of a configuration in bytes; a larger one is somebody's mistake."""

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@%+:/=-]*")
"""Words that no shell reads as anything else: what is declared may hold ``$(…)``."""

Items = list[CompletionItem[str]]

Completion = Callable[[click.Context, click.Parameter, str], Items]


def _completion(words: Callable[[click.Context], Iterable[str]]) -> Completion:
    """A completion of an option or argument by the words that begin like what is typed."""

    def complete(context: click.Context, _parameter: click.Parameter, typed: str) -> Items:
        with suppress(Exception):
            known = dict.fromkeys(words(context))
            return [
                CompletionItem(word) for word in known if word.startswith(typed) and _PLAIN.fullmatch(word)
            ]
        return []

    return complete


def _targets(context: click.Context) -> Iterable[str]:
    return sorted(_configuration(context)[1].get("targets", {}))


def _runs(context: click.Context) -> Iterable[str]:
    folder = _configuration(context)[0].parent / ".reconcile" / "runs"
    names = sorted((file.stem for file in folder.glob("*.jsonl")), reverse=True)
    return ["last", *names] if names else []


def _guards(_context: click.Context) -> Iterable[str]:
    from reconcile.model.guards import liftable_guards

    return [f"{name}=" for name in liftable_guards()]


def _rules(_context: click.Context) -> Iterable[str]:
    from reconcile.declare.rules import RULES

    return RULES


def _contacts(context: click.Context) -> Iterable[str]:
    return sorted(_found(context, _EMAIL, _OTHER_NAME))


def _emails(context: click.Context) -> Iterable[str]:
    return sorted(_found(context, _EMAIL))


def _roles(context: click.Context) -> Iterable[str]:
    return sorted(_items(context, _ROLES))


def _tags(context: click.Context) -> Iterable[str]:
    return sorted(_items(context, _TAGS))


targets = _completion(_targets)
runs = _completion(_runs)
guards = _completion(_guards)
rules = _completion(_rules)
contacts = _completion(_contacts)
emails = _completion(_emails)
roles = _completion(_roles)
tags = _completion(_tags)


def _or_files(complete: Completion) -> Completion:
    """The same, and files where no word begins like what is typed."""

    def complete_too(context: click.Context, parameter: click.Parameter, typed: str) -> Items:
        return complete(context, parameter, typed) or [CompletionItem(typed, type="file")]

    return complete_too


contacts_or_files = _or_files(contacts)
runs_or_files = _or_files(runs)


_EMAIL = re.compile(r"\bemail: *[\"']?([^\s\"',}]+)")

_OTHER_NAME = re.compile(r"^ {0,3}- *\{?(?:id|reference): *[\"']?([^\s\"',}]+)", re.MULTILINE)
"""An entry that begins with its id or reference; roles, which have references too, stand further in."""


def _list_of(key: str) -> re.Pattern[str]:
    """A list under a key, in one line or with a dash for each of its items."""
    return re.compile(rf"\b{key}: *(\[[^\]\n]*\]|\n(?: +- .*\n(?: {{7,}}\w+:.*\n)*)+)")


_ROLES, _TAGS = _list_of("roles"), _list_of("tags")

_ITEM = re.compile(
    r"(?:[\[,] *|- +)(?:\{? *(?:reference|value): *)?"
    r"[\"']?([\w.@%+/-]+(?::[\w.@%+/-]+)*)(?![\w.@%+:/-])[\"']?(?! *:)"
)
"""An item by its name, or by the first key of its mapping; no other key of it."""


def _found(context: click.Context, *patterns: re.Pattern[str]) -> set[str]:
    """What the patterns find in the declarations."""
    return {name for text in _declared(context) for pattern in patterns for name in pattern.findall(text)}


def _items(context: click.Context, lists: re.Pattern[str]) -> set[str]:
    return {item for written in _found(context, lists) for item in _ITEM.findall(written)}


class _TooMuch(Exception):
    """Nobody waits for a completion for as long as it would take to read that."""


def _declared(context: click.Context) -> Iterator[str]:
    """The text of every file of declarations. _TooMuch: there are more than can be looked through."""
    file, written = _configuration(context)
    root = Path(context.params.get("declarations") or file.parent)
    files = size = 0
    for folder in _folders(written, context.params.get("target")):
        for path in (root / folder).rglob("*.y*ml"):
            files, size = files + 1, size + path.stat().st_size
            if files > MOST_FILES or size > MOST_BYTES:
                raise _TooMuch
            yield path.read_text(encoding="utf-8")


def _folders(written: Mapping[str, Any], chosen: str | None) -> Iterator[str]:
    """The folders of declarations: the chosen target's, or all."""
    common = str(written.get("contacts", "contacts/"))
    targets = written.get("targets") or {"": {}}
    name = chosen or written.get("target")
    wanted = [targets[name]] if name in targets else targets.values()
    yield from dict.fromkeys(str(target.get("contacts", common)) for target in wanted)


def _configuration(context: click.Context) -> tuple[Path, Mapping[str, Any]]:
    """The configuration's file, and what is written in it, unchecked."""
    import yaml

    from reconcile.declare.configuration_file import find_configuration

    file = Path(context.params.get("config") or find_configuration().path)
    if file.stat().st_size > LARGEST_CONFIGURATION:
        raise _TooMuch
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return file.resolve(), yaml.load(file.read_text(encoding="utf-8"), loader)  # noqa: S506 - a safe loader
