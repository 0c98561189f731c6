"""Tags of a contact: `{"tags": {"contact": [...]}}` (Evance help: Updating a Contact, Tags)."""

from collections.abc import Iterable
from string import ascii_lowercase, ascii_uppercase, whitespace

from reconcile.sandbox.refusals import REQUIRED, Problem, Refused, refuse_if
from reconcile.sandbox.switches import Switches

from .fields import text_problem

TAG_TYPE = "contact"

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def read_tags(value: object, switches: Switches) -> list[str]:
    """The values of a written `tags`, each once; raises Refused (422) with every wrong one."""
    if not isinstance(value, dict) or set(value) != {TAG_TYPE} or not isinstance(value[TAG_TYPE], list):
        raise Refused(422, Problem("tags", "must be an object whose only property is contact, an array"))
    items = value[TAG_TYPE]
    refuse_if([problem for item in items if (problem := _problem(item))])
    return list(dict.fromkeys(_stored(item, switches) for item in items))


def decide_tags(written: Iterable[str], held: Iterable[str], switches: Switches) -> list[str]:
    """The complete new tags of a contact."""
    kept = held if switches.tags_write == "add" else ()
    decided = list(dict.fromkeys([*kept, *written]))
    if switches.max_items and len(decided) > switches.max_items:
        raise Refused(422, Problem("tags", f"must not have more than {switches.max_items} items"))
    return decided


def _problem(item: object) -> Problem | None:
    if not isinstance(item, str):
        return Problem("tags", "a tag must be a string")
    if not item.strip():
        return Problem("tags", "a tag must not be empty", REQUIRED)
    return text_problem("tags", item)


def _stored(item: str, switches: Switches) -> str:
    return item.strip(whitespace).translate(_LOWER) if switches.tags_case == "fold" else item
