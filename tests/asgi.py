"""A browser in a few lines: requests to an ASGI app, header by header, and the forms of the page that came back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

Headers = Sequence[tuple[str, str]]


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")


def ask(app: Any, method: str, path: str, headers: Headers, body: bytes = b"", query: str = "") -> Answer:
    """One request, with exactly these headers."""
    answer = Answer()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(name.decode(), value.decode()) for name, value in message["headers"]]
        else:
            answer.body += message.get("body", b"")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8765),
    }
    asyncio.run(app(scope, receive, send))
    return answer


@dataclass
class Form:
    """A form as it stands on a page: where it is sent, and the fields that are filled in already."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)

    def body(self, **typed: str) -> bytes:
        return urlencode(self.fields | typed).encode()


class Page(HTMLParser):
    """The forms, tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.attributes.update(found)
        if tag == "form":
            self.forms.append(Form(found["action"] or ""))
        elif tag == "input" and self.forms and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.forms[-1].fields[found["name"] or ""] = found.get("value") or ""
        elif tag == "textarea":
            self._area = found["name"] or ""
            self.forms[-1].fields[self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":  # a browser drops the line break that stands first in it
            self.forms[-1].fields[self._area] = self.forms[-1].fields[self._area].removeprefix("\n")
            self._area = ""

    def form(self, ending: str, **fields: str) -> Form:
        """The form that is sent to an address with this ending, and has these fields."""
        return next(
            form for form in self.forms if form.action.endswith(ending) and fields.items() <= form.fields.items()
        )
