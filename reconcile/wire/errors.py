"""The errors that Evance gives in a body, in the forms of v1 and of v2."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple


class WireError(NamedTuple):
    """One error as it came, nothing of it checked: the field, the kind (``error.not-unique``), the texts."""

    field: object
    reference: object
    messages: Iterable[object]


def read_errors(body: object) -> Iterator[WireError]:
    """The errors in a body; none when it has neither form."""
    if isinstance(body, Mapping) and "errors" in body:
        return _errors_v2(body["errors"])
    return _errors_v1(body.get("contact")) if isinstance(body, Mapping) else iter(())


def _errors_v1(fields: object) -> Iterator[WireError]:
    """``{"contact": {"email": ["..."]}}``: envelope, field, messages."""
    for name, messages in fields.items() if isinstance(fields, Mapping) else ():
        yield WireError(name, None, messages if isinstance(messages, list) else (messages,))


def _errors_v2(errors: object) -> Iterator[WireError]:
    """``{"errors": [{"name": "email", "ref": "error.not-unique", "message": "..."}]}``."""
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, Mapping):
            yield WireError(error.get("name"), error.get("ref"), (error.get("message"),))
