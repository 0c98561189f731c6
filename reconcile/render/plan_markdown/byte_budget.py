"""How much of a text fits: bytes that are left, and what is said of what did not fit."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from reconcile.text import count

SEE_ALL = "'reconcile show' of the saved plan has them all"

_SHARE = 4
"""Lists, such as warnings and who is set aside, take at most this part of what is left: an n-th."""


@dataclass(slots=True)
class ByteBudget:
    """The bytes that are left. Once something did not fit, nothing is taken any more."""

    left: int
    spent: bool = False

    def takes(self, block: str) -> bool:
        """True when a block fits; its bytes are gone then."""
        size = len(block.encode("utf-8"))
        self.spent = self.spent or size > self.left
        self.left -= 0 if self.spent else size
        return not self.spent

    def taken(self, blocks: Iterable[str]) -> list[str]:
        """The first blocks, as many as fit."""
        return list(takewhile(self.takes, blocks))

    def taken_from_share(self, blocks: Iterable[str]) -> list[str]:
        """The first blocks, as many as fit in a part of what is left; more do not spend the rest."""
        share = ByteBudget(self.left // _SHARE)
        shown = share.taken(blocks)
        self.left -= self.left // _SHARE - share.left
        return shown


def more(number: int, noun: str, kind: str = "") -> list[str]:
    """``3 more contacts losing access``, or nothing."""
    return [f"{count(number, f'more {noun}')} {kind}".rstrip()] if number > 0 else []


def left_out(left: list[str]) -> list[str]:
    """The sentence about what did not fit, and where it is; nothing where all fits."""
    if not left:
        return []
    return [f"\n**Left out, since the plan is too long for this page:** {', '.join(left)}.\n\n{REST}\n"]


REST = (
    "'reconcile show --no-concise' of the saved plan has the rest; its page in HTML has every change, and of "
    "long lists the first lines."
)


def folded(title: str, rows: list[str], budget: ByteBudget) -> tuple[str, int]:
    """A list to unfold, with as many rows as fit in a share of the budget, and how many do not."""
    if not rows:
        return "", 0
    head, foot = f"\n<details>\n<summary>{title}</summary>\n\n", "\n</details>\n"
    shown = budget.taken_from_share([f"{head}{foot}", *rows])[1:]
    return f"{head}{''.join(shown)}{foot}" if shown else "", len(rows) - len(shown)
