"""Practice mode stays on this machine.

Its people sign in without a password, so it answers only this machine: the address asking, the Host asked
for and the absence of any sign of a proxy are checked before anything else.
"""

from __future__ import annotations

import ipaddress

from flask import Flask, abort, request

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def guard(app: Flask) -> None:
    """Check every request of a practice app, and tell templates to show the practice watermark."""
    app.context_processor(lambda: {"practice": app.config["PRACTICE"]})
    if app.config["PRACTICE"]:
        app.before_request(_only_from_here)


def _only_from_here() -> None:
    """Refuse what did not plainly come from this machine."""
    if not (_from_loopback(request.remote_addr) and _to_loopback(request.headers.get("Host", ""))):
        abort(403)
    if any(_forwarded(key) for key in request.environ):
        abort(403)


def _from_loopback(address: str | None) -> bool:
    """Whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _to_loopback(host: str) -> bool:
    """Whether a Host header, with or without a port, names this machine."""
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        port = rest.removeprefix(":") if rest.startswith(":") or not rest else "not a port"
    else:
        name, _, port = host.partition(":")
    return name.lower() in LOCAL_HOSTS and (not port or port.isdecimal())


def _forwarded(key: str) -> bool:
    """Whether this key of a WSGI environment is a header that says something stands between."""
    return key.startswith("HTTP_X_FORWARDED") or key in {"HTTP_FORWARDED", "HTTP_X_REAL_IP"}


def loopback_only(host: str) -> bool:
    """Whether a server may listen here in practice mode."""
    return _to_loopback(host if ":" not in host else f"[{host}]")
