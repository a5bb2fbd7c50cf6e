"""The page that explains how a device learns to trust this machine's authority; Nginx says whether it must."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Blueprint, Flask, render_template, request

from ..sessions.browsers import browser_of
from ..web.context import settings
from ..web.qr import qr_code

# Our Nginx overwrites these: the fingerprint of its authority, if browsers have to trust that one, or why not; and
# where the site is without https.
AUTHORITY, PLAIN_ADDRESS = "X-Certificate-Authority", "X-Plain-Address"
FINGERPRINT = re.compile(r"([0-9A-F]{2}:){31}[0-9A-F]{2}")
REASONS = ("public", "private", "waiting")
ADDRESS = re.compile(r"http://[a-z0-9._:\[\]-]+")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SYSTEMS = {"Windows": "windows", "macOS": "macos", "iPhone": "ios", "iPad": "ios", "Android": "android"}
SYSTEMS |= {"Linux": "linux", "ChromeOS": "linux"}

blueprint = Blueprint("trust", __name__)


@dataclass(frozen=True)
class Certificate:
    """What there is to know of the certificate: the fingerprint to trust, or the reason why there is none."""

    fingerprint: str = ""
    reason: str = ""

    @property
    def groups(self) -> list[str]:
        """The fingerprint in pieces of eight pairs, between which a line may end."""
        return [self.fingerprint[start : start + 24] for start in range(0, len(self.fingerprint), 24)]


def init_trust(app: Flask) -> None:
    """The page; others ask `local_authority()` whether to lead to it."""
    app.jinja_env.globals["local_authority"] = lambda: certificate().fingerprint
    app.register_blueprint(blueprint)


def certificate() -> Certificate:
    """What Nginx says about it; nothing, if no Nginx of ours stands before us."""
    said = request.headers.get(AUTHORITY, "") if settings().proxy_hops else ""
    if FINGERPRINT.fullmatch(said):
        return Certificate(fingerprint=said)
    return Certificate(reason=said if said in REASONS else "")


@blueprint.get("/trust")
def index() -> str:
    """How to end the browser's warning, system by system; or that there is nothing to do."""
    found, address = certificate(), _plain_page()
    return render_template(
        "trust/index.html",
        certificate=found,
        address=address,
        picture=qr_code(address) if address and found.fingerprint else "",
        system=_visitors_system(),
    )


def _plain_page() -> str:
    """Where a phone finds this page although it does not trust us yet; empty if no name is known that leads here."""
    said = request.headers.get(PLAIN_ADDRESS, "")
    if not ADDRESS.fullmatch(said):
        return ""
    parts = urlsplit(said)
    if parts.hostname not in LOOPBACK:
        return f"{said}/trust"
    known = next((name for name in settings().hosts if name not in LOOPBACK), "")
    port = f":{parts.port}" if parts.port else ""
    return f"http://{f'[{known}]' if ':' in known else known}{port}/trust" if known else ""


def _visitors_system() -> str:
    """Which of the instructions is for whoever asks, as far as the browser says."""
    browser, system = browser_of(request.user_agent.string)
    known = SYSTEMS.get(system, "")
    return "firefox" if browser == "Firefox" and known in ("windows", "macos", "linux") else known
