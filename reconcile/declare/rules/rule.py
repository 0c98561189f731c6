"""What a rule is."""

from dataclasses import dataclass
from enum import StrEnum

from reconcile.model import Severity


class Where(StrEnum):
    """What a rule is about, and what its examples are."""

    CONTACTS = "a file of declarations"
    CONFIGURATION = "reconcile.yaml"
    FILES = "files and folders"
    ACCOUNT = "the declarations against the account"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, with an example that breaks it and one that keeps it.

    ``about`` says in one line what the rule refuses. The examples are whole files, or words where the rule is
    about files or the account. ``settings`` is what reconcile.yaml says in them beside its version.
    ``in_schema`` is True when the JSON Schema tells it too, so that an editor does while one types.
    """

    id: str
    about: str
    wrong: str
    right: str
    where: Where = Where.CONTACTS
    settings: str = ""
    in_schema: bool = False
    severity: Severity = Severity.ERROR
