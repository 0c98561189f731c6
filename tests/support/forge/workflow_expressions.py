"""The few expressions that the workflows use, evaluated as GitHub does it."""

import re
from typing import Any


def value_of(name: str, contexts: dict[str, Any]) -> Any:
    """The value of ``a.b.c``; what is not there is empty, as on GitHub."""
    found: Any = contexts
    for part in name.split("."):
        found = found.get(part, "") if isinstance(found, dict) else ""
    return found


def filled(text: str, contexts: dict[str, Any]) -> str:
    """A text with each ``${{ name }}`` in it replaced."""

    def replaced(found: re.Match[str]) -> str:
        assert re.fullmatch(r"[a-zA-Z_]+(\.[A-Za-z_-]+)+", found[1]), f"unknown expression {found[1]}"
        return str(value_of(found[1], contexts))

    return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", replaced, text)


def holds(condition: str | None, contexts: dict[str, Any], *, failed: bool) -> bool:
    """Whether an ``if`` holds. Without a word about the state of the job, it must not have failed."""
    text = condition or "success()"
    stated = re.search(r"\b(always|failure|success|cancelled)\(\)", text)
    told = {
        "always()": "True",
        "failure()": str(failed),
        "success()": str(not failed),
        "cancelled()": "False",
    }

    def translated(found: re.Match[str]) -> str:
        word = found[0]
        return told.get(word) or (word if word.startswith("'") else repr(value_of(word, contexts)))

    names = r"'[^']*'|\b(?:always|failure|success|cancelled)\(\)|\b[a-zA-Z_]+(?:\.[A-Za-z_-]+)+"
    python = re.sub(names, translated, text)
    python = re.sub(r"!(?!=)", " not ", python.replace("&&", " and ").replace("||", " or "))
    return bool(eval(python, {"__builtins__": {}})) and (bool(stated) or not failed)
