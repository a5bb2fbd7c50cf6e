"""Checks of the ways in and out: the web server, who reaches it, the certificate, the mail server."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from urllib.error import HTTPError, URLError
from urllib.request import HTTPDefaultErrorHandler, HTTPErrorProcessor, HTTPHandler, OpenerDirector

from ..core.errors import mark
from ..web.context import settings
from .check import FAIL, OK, WARN, Check
from .machine import DOCKER
from .phrase import Phrase

TIMEOUT_SECONDS = 5
DAY = 86400
CERTIFICATE_WARN_DAYS = 14
# The other container, as the application's sees it.
NGINX, NGINX_HTTP, NGINX_HTTPS = "nginx", 8080, 8443


def web() -> Check:
    """Whether the web server answers on its port."""
    try:
        _fetch(f"http://127.0.0.1:{settings().port}/livez")
    except (URLError, OSError):
        return Check(FAIL, Phrase(mark("nothing answers on port %(port)s"), port=settings().port))
    return Check(OK, Phrase(mark("answers on port %(port)s"), port=settings().port))


def ports() -> Check:
    """Who can reach the web server, and whether Nginx's ports answer where it stands before it."""
    chosen = settings()
    if DOCKER.exists() and chosen.https:
        doors = {NGINX_HTTP: "http"} | ({} if chosen.tls == "off" else {NGINX_HTTPS: "https"})
        if silent := [port for port in doors if not _answers(NGINX, port)]:
            return Check(WARN, Phrase(mark("Nginx does not answer on its port %(port)s"), port=silent[0]))
        ports = ", ".join(f"{name} {port}" for port, name in doors.items())
        return Check(OK, Phrase(mark("Nginx answers on its ports: %(ports)s"), ports=ports))
    if _is_loopback(chosen.bind):
        return Check(OK, Phrase(mark("%(port)s, for this machine alone"), port=chosen.port))
    if chosen.https or chosen.proxy_hops:
        return Check(OK, Phrase(mark("%(port)s, behind a proxy of yours"), port=chosen.port))
    exposed = Phrase(mark("%(port)s, for the network, where passwords travel unencrypted"), port=chosen.port)
    return Check(WARN, exposed)


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True


def _is_loopback(address: str) -> bool:
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def certificate() -> Check:
    """How long Nginx's certificate is good, if there is an Nginx of ours; the measure is the moment of its end."""
    if not settings().https:
        return Check(OK, Phrase(mark("none: http only, for this machine or behind a proxy of yours")))
    if not DOCKER.exists() or settings().tls == "off":
        return Check(OK, Phrase(mark("your proxy has it")))
    try:
        end = _end_on_sight() if settings().tls == "own" else _not_after(_authority())
    except (URLError, OSError) as error:
        return Check(WARN, Phrase(mark("cannot be checked (%(error)s)"), error=type(error).__name__))
    days = (end - time.time()) / DAY
    if days < 0:
        return Check(WARN, Phrase(mark("expired %(days).0f days ago"), days=-days), end)
    return Check(
        OK if days > CERTIFICATE_WARN_DAYS else WARN, Phrase(mark("valid for %(days).0f days"), days=days), end
    )


def _authority() -> str:
    """Nginx's own authority; empty if its certificate is of another one."""
    try:
        return _fetch(f"http://{NGINX}:{NGINX_HTTP}/ca.crt").decode()
    except HTTPError:
        return ""


def _not_after(authority: str) -> float:
    """When the certificate ends, which must be one of that authority or of one that the world trusts."""
    try:
        return _shown_end(ssl.create_default_context(cadata=authority or None))
    except ssl.SSLCertVerificationError:
        # a public one, with MICROBLOG_DOMAIN; only now are all authorities read, which takes memory
        return _shown_end(ssl.create_default_context())


def _end_on_sight() -> float:
    """When it ends, whoever signed it: the operator brought it, and Nginx looked at it when it took it over."""
    context = ssl.create_default_context(
        cadata=ssl.get_server_certificate((NGINX, NGINX_HTTPS), timeout=TIMEOUT_SECONDS)
    )
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return _shown_end(context)


def _shown_end(context: ssl.SSLContext) -> float:
    context.check_hostname = False
    with (
        socket.create_connection((NGINX, NGINX_HTTPS), TIMEOUT_SECONDS) as plain,
        context.wrap_socket(plain) as secured,
    ):
        shown = secured.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(shown["notAfter"]))


def _fetch(address: str) -> bytes:
    opener = OpenerDirector()
    # Without the one for https, which would read all authorities that the world trusts into the worker's memory; and
    # without a proxy, for these are our own neighbours.
    for handler in (HTTPHandler(), HTTPErrorProcessor(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    with opener.open(address, timeout=TIMEOUT_SECONDS) as answer:
        content: bytes = answer.read()
    return content


def mail() -> Check:
    """Whether the mail server can be reached; its name is nobody's business."""
    chosen = settings().mail
    if chosen is None:
        return Check(OK, Phrase(mark("none: links for new passwords are made by an administrator")))
    try:
        socket.create_connection((chosen.server, chosen.port), TIMEOUT_SECONDS).close()
    except OSError as error:
        unreachable = mark("the server cannot be reached on port %(port)s (%(error)s)")
        return Check(WARN, Phrase(unreachable, port=chosen.port, error=type(error).__name__))
    detail = Phrase(mark("the server can be reached on port %(port)s"), port=chosen.port)
    if chosen.admins:
        return Check(OK, detail.also(mark("addresses in ADMINS: %(count)s"), count=len(chosen.admins)))
    return Check(OK, detail.also(mark("nobody in ADMINS, so nobody gets reports of errors")))
