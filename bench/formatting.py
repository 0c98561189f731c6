"""How long the canonical layout takes, compared with PyYAML's own fast loader on the same text.

    python bench/formatting.py [CONTACTS] [ROUNDS]

Both run in every round, and the ratio counts: the speed of the machine cancels out of it.
"""

import sys
import time
from collections.abc import Callable

import yaml

from reconcile.authoring.formatting.layout import canonical_text

ENTRY = """\
- roles: [ customer,press ]   # c
  email: 'p{number}@example.com'
  tags:
  - ipswich # here
  - {{value: vip, expires: 2027-01-31}}
"""


def seconds(work: Callable[[], object]) -> float:
    """How long some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main(contacts: int = 10_000, rounds: int = 3) -> None:
    """Measure a text that is laid out anew and one that is already, and print the best round of each."""
    text = "contacts:\n" + "".join(ENTRY.format(number=number) for number in range(contacts))
    laid_out = canonical_text(text)
    works: dict[str, Callable[[], object]] = {
        "PyYAML": lambda: yaml.load(text, yaml.CSafeLoader),
        "laid out anew": lambda: canonical_text(text),
        "laid out already": lambda: canonical_text(laid_out),
    }
    best = {name: min(seconds(work) for _ in range(rounds)) for name, work in works.items()}
    for name, time_taken in best.items():
        print(f"{name:18}{time_taken:8.2f} s  {time_taken / best['PyYAML']:6.2f} of PyYAML")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
