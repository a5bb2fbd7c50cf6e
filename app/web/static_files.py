"""Style sheets, scripts and pictures: their addresses, and how they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from wsgiref.headers import Headers

import flask_bootstrap
from flask import Flask
from whitenoise import WhiteNoise

YEAR = 365 * 24 * 3600
OURS = Path(__file__).parents[1] / "static"
# The one vendored file that pages use.
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5" / "css" / "bootstrap.min.css"


class StaticFiles:
    """Files under an address that changes whenever one of them does, so that browsers may keep them for a year.

    The mark is in the path, and one for all: scripts that import each other by relative addresses stay together. Beside
    a file may lie a compressed one (`python -m whitenoise.compress`, as the image does), sent to whoever takes it.
    """

    def __init__(self, folder: Path = OURS) -> None:
        self._folder = folder
        self.prefix = f"/static/{self._mark()}/"

    def url(self, filename: str) -> str:
        """The address of a file in app/static, or of `bootstrap.min.css`."""
        return self.prefix + filename

    def serve_with(self, app: Flask, headers: Mapping[str, str]) -> None:
        """Have the application's server send them, with these headers, before Flask is asked."""

        def add_headers(given: Headers, _path: str, _url: str) -> None:
            for name, value in headers.items():
                given[name] = value
            given["Content-Type"] = (given["Content-Type"] or "").partition(";")[0] + "; charset=utf-8"

        files = WhiteNoise(
            app.wsgi_app,
            root=str(self._folder),
            prefix=self.prefix,
            max_age=YEAR,
            immutable_file_test=lambda _path, _url: True,
            allow_all_origins=False,
            add_headers_function=add_headers,
        )
        files.add_file_to_dictionary(self.url(BOOTSTRAP.name), str(BOOTSTRAP))
        app.wsgi_app = files  # type: ignore[method-assign]

    def _mark(self) -> str:
        digest = sha256()
        ours = sorted(file for file in self._folder.rglob("*") if file.is_file() and file.suffix != ".gz")
        for file in [*ours, BOOTSTRAP]:
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()[:12]
