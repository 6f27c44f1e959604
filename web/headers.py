"""What every answer says to the browser: nothing from elsewhere, nothing inline, nothing kept."""

from __future__ import annotations

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}
HTTPS_ONLY = "max-age=31536000; includeSubDomains"
LASTING = ("/static/", "/assets/")  # the same for everybody; all else is somebody's


def attach(app: Flask) -> None:
    """Put the headers on every answer of the app."""
    live = not app.config["PRACTICE"]

    everywhere = {**HEADERS, **({"Strict-Transport-Security": HTTPS_ONLY} if live else {})}

    @app.after_request
    def add(response: Response) -> Response:
        if not request.path.startswith(LASTING):
            response.headers["Cache-Control"] = "no-store"
        response.headers.extend(everywhere)  # nobody else sets these, so they need not be looked for
        return response
