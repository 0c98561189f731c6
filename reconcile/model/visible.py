"""How text from outside stands in a message: nothing in it can move the cursor or begin a line."""


def visible(text: str) -> str:
    """The text, with the number of every character that does not print in its place."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else _number(sign) for sign in text)


def _number(sign: str) -> str:
    return sign.encode("unicode_escape", "backslashreplace").decode("ascii")
