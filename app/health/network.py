"""Checks of the ways in and out: the web server, who reaches it, the certificate, the mail server."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from urllib.error import HTTPError, URLError
from urllib.request import HTTPDefaultErrorHandler, HTTPErrorProcessor, HTTPHandler, OpenerDirector

from ..web.context import settings
from .check import FAIL, OK, WARN, Check
from .machine import DOCKER

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
        return Check(FAIL, f"nothing answers on port {settings().port}")
    return Check(OK, f"answers on port {settings().port}")


def ports() -> Check:
    """Who can reach the web server, and whether Nginx's ports answer where it stands before it."""
    chosen = settings()
    if DOCKER.exists() and chosen.https:
        doors = {NGINX_HTTP: "http"} | ({} if chosen.tls == "off" else {NGINX_HTTPS: "https"})
        if silent := [port for port in doors if not _answers(NGINX, port)]:
            return Check(WARN, f"Nginx does not answer on its port {silent[0]}")
        return Check(OK, "Nginx answers: " + ", ".join(f"{name} on its port {port}" for port, name in doors.items()))
    if _is_loopback(chosen.bind):
        return Check(OK, f"{chosen.port}, for this machine alone")
    if chosen.https or chosen.proxy_hops:
        return Check(OK, f"{chosen.port}, behind a proxy of yours")
    return Check(WARN, f"{chosen.port}, for the network, where passwords travel unencrypted")


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
        return Check(OK, "none: http only, for this machine or behind a proxy of yours")
    if not DOCKER.exists() or settings().tls == "off":
        return Check(OK, "your proxy has it")
    try:
        end = _end_on_sight() if settings().tls == "own" else _not_after(_authority())
    except (URLError, OSError) as error:
        return Check(WARN, f"cannot be looked at ({type(error).__name__})")
    days = (end - time.time()) / DAY
    return Check(OK if days > CERTIFICATE_WARN_DAYS else WARN, f"good for {days:.0f} days", end)


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
        return Check(OK, "none: links for new passwords are made by an administrator")
    try:
        socket.create_connection((chosen.server, chosen.port), TIMEOUT_SECONDS).close()
    except OSError as error:
        return Check(WARN, f"the server cannot be reached on port {chosen.port} ({type(error).__name__})")
    admins = f"{len(chosen.admins)} in ADMINS" if chosen.admins else "nobody in ADMINS, so errors are told to nobody"
    return Check(OK, f"the server can be reached on port {chosen.port}; {admins}")
