"""The issues of the stand-in for GitLab."""

from dataclasses import dataclass, field
from typing import Any

from tests.support.forge.http_server import ForgeCall, ForgeReply

Row = dict[str, Any]


@dataclass
class GitLabIssues:
    """Issues as the API gives them, in the order in which they were opened."""

    rows: list[Row] = field(default_factory=list)

    def opened(self, author: str, title: str, description: str, state: str = "opened") -> Row:
        """An issue by anybody."""
        row = {"iid": len(self.rows) + 1, "author": {"username": author}, "state": state}
        self.rows.append({**row, "title": title, "description": description})
        return self.rows[-1]

    def listed(self, call: ForgeCall) -> list[Row]:
        """Those that are open or closed as is asked, newest first."""
        return [row for row in reversed(self.rows) if row["state"] == call.query.get("state", row["state"])]

    def changed(self, call: ForgeCall, number: int) -> ForgeReply:
        """What GitLab answers to a change; a state is changed by an event."""
        found = next((row for row in self.rows if row["iid"] == number), None)
        if found is None:
            return ForgeReply(404, {"message": "404 Not found"})
        states = {"close": "closed", "reopen": "opened"}
        state = states.get(call.body.get("state_event", ""), found["state"])
        words = {name: call.body[name] for name in ("title", "description") if name in call.body}
        found.update(words, state=state)
        return ForgeReply(200, found)
