"""The API's document, for programs as JSON and for people as a page."""

from __future__ import annotations

import json
from threading import Lock
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, render_template, request
from markupsafe import Markup, escape

from .context import site_address
from .examples import sections
from .openapi import make_document

blueprint = Blueprint("reference", __name__, url_prefix="/api")
VERSION = "microblog.version"
DOCUMENT, TEXT = "microblog.api_document", "microblog.api_document_as_text"
_making = Lock()


def init_reference(app: Flask, version: str) -> None:
    """The document and its page."""
    app.extensions[VERSION] = version
    app.jinja_env.filters["with_code"] = with_code
    app.register_blueprint(blueprint)


def with_code(text: str) -> Markup:
    """A text as safe HTML in which what stands between backquotes is code."""
    pieces = text.split("`")
    marked = (
        Markup("<code>{}</code>").format(each) if place % 2 else escape(each) for place, each in enumerate(pieces)
    )
    return Markup("").join(marked)


def document() -> dict[str, Any]:
    """The OpenAPI document; made once, when it is asked for the first time."""
    with _making:
        if DOCUMENT not in current_app.extensions:
            application = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
            made = make_document(application, current_app.extensions[VERSION])
            current_app.extensions[TEXT] = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
            current_app.extensions[DOCUMENT] = made
        return cast(dict[str, Any], current_app.extensions[DOCUMENT])


@blueprint.get("/openapi.json")
def show() -> Response:
    """The OpenAPI document; 304 if the asker has it already."""
    document()
    answer = current_app.response_class(current_app.extensions[TEXT], mimetype="application/json")
    answer.headers["Cache-Control"] = "no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/docs")
def page() -> str:
    """The document as a page."""
    found = document()
    return render_template(
        "reference/index.html", about=found["info"]["description"], sections=sections(found), site=site_address()
    )
