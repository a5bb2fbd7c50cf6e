"""Sending files of the media folder: by Nginx where it has that folder, else by this process."""

from __future__ import annotations

from urllib.parse import quote

from flask import current_app, request
from werkzeug.utils import send_from_directory
from werkzeug.wrappers import Response

from .context import settings

# An internal location of Nginx, see nginx/application.conf.template.
INTERNAL_LOCATION = "/_media"


def send_media(folder: str, name: str, download_name: str) -> Response:
    """Return a download of the file `name` in this folder of the media folder; raises NotFound.

    Without Nginx there are no ranges: gunicorn sends a whole file without a thread, but a range needs one.
    """
    chosen = settings()
    response = send_from_directory(
        chosen.media_dir / folder,
        name,
        request.environ,
        as_attachment=True,
        download_name=download_name,
        max_age=0,
        conditional=False,
        use_x_sendfile=chosen.accel_redirect,
        response_class=current_app.response_class,
    )
    if response.headers.pop("X-Sendfile", None):
        # Only Nginx knows how much it sends.
        del response.headers["Content-Length"]
        response.headers["X-Accel-Redirect"] = f"{INTERNAL_LOCATION}/{folder}/{quote(name)}"
    return response
