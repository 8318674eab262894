"""What every console answer tells the browser to allow and to forget."""

from flask import Response

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def protect(response: Response) -> Response:
    """Nothing from elsewhere, in no frame, and no page left behind in a shared computer's cache."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    # Flask-WTF compares the Referer with the host over HTTPS, so it must still be sent within the site.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
