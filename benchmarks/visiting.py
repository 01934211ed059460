"""The address of the review page -> somebody who opens it, reads some routines, sends every form with each button, and ends it.

Left out are the boxes of constants: there a person says yes to values that stand before their eyes.
"""

from __future__ import annotations

import html
import os
import signal
import threading
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any

LEFT_OUT = "constant-"
_ROUTINES = 3  # of which the forms are sent


class _Page(HTMLParser):
    """The forms of a page and the fields that are filled in already, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.links: list[str] = []
        self.decisions: list[str] = []  # the buttons of the form of the review
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "form":
            self.forms.append((found.get("action", ""), {}))
        elif tag == "input" and self.forms:
            name, kind = found.get("name", ""), found.get("type", "")
            if not name.startswith(LEFT_OUT) and (kind not in ("checkbox", "radio") or "checked" in found):
                self.forms[-1][1][name] = found.get("value", "")
        elif tag == "button" and found.get("name") == "decision":
            self.decisions.append(found.get("value", ""))
        elif tag == "textarea" and self.forms:
            self._area = found.get("name", "")
            self.forms[-1][1][self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][1][self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""


@dataclass(slots=True)
class Visit:
    """What was done on the page. `opened` takes the place of a browser."""

    sent: set[str] = field(default_factory=set)  # acts whose forms were sent and taken
    there: set[str] = field(default_factory=set)  # acts that have a form
    trouble: list[BaseException] = field(default_factory=list)
    _thread: threading.Thread | None = None

    def opened(self, address: str) -> bool:
        """Begin in a thread of its own, while the server serves: with the address to which our file leads."""
        page = urllib.request.urlopen(address).read().decode() if address.startswith("file:") else ""
        to = html.unescape(page.partition(";url=")[2].partition('"')[0]) or address
        self._thread = threading.Thread(target=self._ended, args=(to,))
        self._thread.start()
        return True

    def _ended(self, address: str) -> None:
        try:
            _Visitor(address, self).go()
        except BaseException as error:
            self.trouble.append(error)
        finally:
            os.kill(os.getpid(), signal.SIGINT)  # as Ctrl-C, which is how the page is ended


class _Visitor:
    def __init__(self, address: str, visit: Visit) -> None:
        self.address = address
        self.visit = visit
        parts = urllib.parse.urlsplit(address)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        nothing_between = urllib.request.ProxyHandler({})
        self.opener = urllib.request.build_opener(nothing_between, urllib.request.HTTPCookieProcessor(CookieJar()))

    def go(self) -> None:
        """Open the page, and send what can be sent."""
        first = _Page(self._text(self.address))
        there = dict.fromkeys(urllib.parse.urljoin(self.origin, link) for link in first.links if "/routine/" in link)
        for link in list(there)[:_ROUTINES]:
            acts = list(dict.fromkeys(self._acts(link)))
            self.visit.there |= set(acts)
            # approving and rejecting come last: they take other forms away
            for act in sorted(acts, key=lambda act: (act in ("approve", "reject"), act)):
                self._send(link, act)

    def _acts(self, link: str) -> list[str]:
        page = _Page(self._text(link))
        acts = [action.rpartition("/")[2] for action, _ in page.forms if "/routine/" in action]
        return [*(act for act in acts if act != "review"), *page.decisions]

    def _send(self, link: str, act: str) -> None:
        page = _Page(self._text(link))
        wanted, more = ("review", {"decision": act}) if act in page.decisions else (act, {})
        for action, fields in page.forms:
            if action.rpartition("/")[2] == wanted:
                # a no is an answer to any question, also to one that asks for yes or no
                empty = {name: "no" if name.startswith("answer-") else "tried" for name in fields}
                typed = {name: value or empty[name] for name, value in fields.items()} | more
                self._text(urllib.parse.urljoin(self.origin, action), urllib.parse.urlencode(typed).encode())
                self.visit.sent.add(act)
                return

    def _text(self, address: str, body: bytes | None = None) -> str:
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        # the address is the server's of this process, on loopback
        asked: Any = urllib.request.Request(address, body, headers)
        try:
            with self.opener.open(asked, timeout=60) as answer:
                return str(answer.read().decode("utf-8"))
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise
            return str(error.read().decode("utf-8"))  # a refusal in a sentence, such as an approval with open questions
