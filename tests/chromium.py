"""A real Chromium, headless, without a network, that records what a page asks for and what it complains about."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PICTURES = Path(__file__).parents[1] / "build" / "pictures"  # ignored by git: for a look


@dataclass(frozen=True)
class Browser:
    """A window of the browser."""

    driver: webdriver.Chrome

    def open(self, page: Path, *, width: int = 1280, height: int = 1600, dark: bool = False) -> None:
        """Open a file as somebody does whose screen has this width and who likes it light or dark."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.complaints()
        self.requests()
        self.visit(page.as_uri())

    def visit(self, address: str) -> None:
        """Load a page with all that it needs: the driver alone may go on before, when one page follows another."""
        self.run("window.left = true")
        self.driver.get(address)
        self.wait(lambda: bool(self.run("return !window.left && document.readyState === 'complete'")))

    def run(self, script: str, *given: Any) -> Any:
        """Run a script in the page as its tester, past its policy."""
        return self.driver.execute_script(script, *given)

    def all(self, selector: str) -> list[WebElement]:
        """The elements of a selector."""
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str) -> WebElement:
        """The first element of a selector."""
        return self.driver.find_element("css selector", selector)

    def wait(self, until: Callable[[], bool]) -> None:
        """Until something is so: what a key or a click sets off comes a moment later."""
        WebDriverWait(self.driver, 30, poll_frequency=0.1).until(lambda _: until())

    def complaints(self) -> list[str]:
        """What stands in the console since the last look."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """What was asked for since the last look."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def faults(self) -> list[tuple[str, str, list[object]]]:
        """What axe-core calls serious or critical on the page as it stands: (rule, weight, the first elements)."""
        found_at = importlib.util.find_spec("axe_playwright_python")
        assert found_at is not None, "axe-core is not here: make .venv/.installed-dev"
        assert found_at.submodule_search_locations is not None
        script = Path(found_at.submodule_search_locations[0]) / "axe.min.js"  # as its package has it, unmodified
        self.run(script.read_text(encoding="utf-8"))
        self.driver.set_script_timeout(120)
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then((r) => done(r.violations))"
        )
        faults = [(f["id"], f["impact"], [n["target"] for n in f["nodes"]][:3]) for f in found]
        return [fault for fault in faults if fault[1] in ("serious", "critical")]

    def picture(self, name: str) -> Path:
        """The whole page as a picture."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        size = self.run("return [document.documentElement.clientWidth, document.documentElement.scrollHeight]")
        screen = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        assert self.driver.save_screenshot(str(path))
        return path


def _programs() -> tuple[str, str]:
    """Chromium and its driver as the system has them; nothing is downloaded."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if browser is not None and driver is not None:
        return browser, driver
    missing = "no chromium and chromedriver here (Debian and Ubuntu: apt install chromium chromium-driver)"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{missing}; the page must be opened in a browser where CI=true")
    pytest.skip(f"{missing}; the page was not opened in a browser")


def start(profile: Path) -> Browser:
    """Start it with a profile in this folder."""
    chromium, driver = _programs()
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in (
        "headless=new",
        "no-sandbox",  # root in a container has none
        "disable-gpu",
        "disable-dev-shm-usage",
        "hide-scrollbars",
        "force-device-scale-factor=1",
        "disable-background-networking",
        f"user-data-dir={profile}",
    ):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    window = Browser(webdriver.Chrome(options=options, service=Service(driver)))
    window.driver.get("about:blank")  # or the browser's own first page still loads while a test counts requests
    return window
