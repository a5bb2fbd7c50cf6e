"""Notices what goes wrong in a browser while somebody looks at something else."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response


class Watch:
    """Collects what the pages of a browser complain of, and what they ask of anybody but the appliance."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self._context = context
        self._home = f"{address}/"
        self._found: list[str] = []
        self._over = False
        self._pages: set[str] = set()
        context.on("console", self._hear)
        context.on("weberror", lambda error: self._found.append(str(error.error)))
        context.on("request", self._see_request)
        context.on("requestfailed", self._see_failure)
        context.on("response", self._see_response)

    def complaints(self) -> list[str]:
        """Everything so far; what belongs to the pages shown has arrived when this returns."""
        for page in self._context.pages:
            page.evaluate("0")
        return [] if self._over else list(self._found)

    def stop(self) -> None:
        """Listen no more: what was done wrong on purpose may be complained of again later."""
        self._over = True

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser also reports pages with a status of 400 and more, which a person sees by themselves.
        about_page = message.text.startswith("Failed to load resource") and message.location["url"] in self._pages
        if message.type in ("error", "warning", "assert") and not about_page:
            self._found.append(f"{message.type}: {message.text}")

    def _see_request(self, request: Request) -> None:
        if request.is_navigation_request():
            self._pages.add(request.url)
        if not request.url.startswith(self._home):
            self._found.append(f"asked elsewhere: {request.url}")

    def _see_failure(self, request: Request) -> None:
        # Going to another page before this one was there, as with a double click, is no failure.
        if request.failure != "net::ERR_ABORTED":
            self._found.append(f"failed: {request.url} {request.failure}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 500:
            self._found.append(f"answered {response.status}: {response.url}")
