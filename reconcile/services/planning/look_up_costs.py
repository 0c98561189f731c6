"""Whether a few contacts are looked up one by one, or the account is listed: by the number of requests.

A contact of a known id takes one request, which tells all of it. Where a probe found that the list can be
asked for many ids, and its rows tell all that is needed, a hundred of them take one. A name takes a search;
where its answer does not tell all that is needed, the contact is read as well, but so it is after the list.

The list takes its pages. Where its rows do not tell all that is needed, each contact is read as well, so that
nothing is saved for those of known ids. Whether they do is seen on the first page, which is read only where
what is known of the account leaves it open, and is the first one of the list if that is read.
"""

from dataclasses import dataclass

AT_ONCE = 100
"""Maximum number of ids in one request: a query of some 1,100 characters, or of 2,100 for the longest ids."""


@dataclass(frozen=True, slots=True)
class LookUpCosts:
    """What it takes to look contacts up: ``ids`` of them by their ids, and that many ``searches``.

    ``at_once`` is how many ids one request may ask for.
    """

    ids: int
    searches: int
    at_once: int = 1

    @property
    def requests(self) -> int:
        """How many requests that is, besides what the list takes as well."""
        return -(-self.ids // self.at_once) + self.searches

    def exceed_list(self, pages: int, *, told: bool) -> bool:
        """Whether the list takes fewer requests, with that many pages; ``told``: its rows tell all."""
        return self.requests > pages + (0 if told else self.ids)
