"""Translating a post for its reader, as a page or, for the page's script, as JSON."""

from __future__ import annotations

import logging
from contextlib import suppress
from http import HTTPStatus
from typing import cast

from flask import Blueprint, Flask, current_app, jsonify, make_response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from ..core.database import db, transaction
from ..core.errors import Busy, NotFound, RateLimited, StorageFull
from ..core.paging import LARGEST_ID, whole_number
from ..posts.models import Post
from ..posts.queries import get_post
from ..translators.interface import NotTranslatable, Translator, TranslatorUnavailable
from ..web.forms import checked_token, told
from ..web.locale import language_of_request
from ..web.throttle import Throttle
from . import queries, service
from .queries import Translated

logger = logging.getLogger(__name__)
blueprint = Blueprint("translating", __name__)
TRANSLATOR, ASKED = "microblog.translator", "microblog.translations_asked"
# What one person may ask of the service, whose every answer may cost money; what is kept here costs nothing.
MOST_ASKED, ASKED_SECONDS = 30, 600
JSON = "application/json"


def init_translating(app: Flask, translator: Translator | None) -> None:
    """The button under posts and what it does; without a translator there is no button."""
    app.extensions[TRANSLATOR] = translator
    app.extensions[ASKED] = Throttle(MOST_ASKED, ASKED_SECONDS)
    app.jinja_env.tests["foreign"] = is_foreign
    app.jinja_env.globals["translator_name"] = translator_name
    app.register_blueprint(blueprint)


def translator_name() -> str:
    """Who translates here, empty if nobody does."""
    translator = cast(Translator | None, current_app.extensions[TRANSLATOR])
    return translator.name if translator else ""


def is_foreign(post: Post) -> bool:
    """Whether the reader of the running request may want this post translated, and can have that."""
    if not post.language or not current_app.extensions[TRANSLATOR]:
        return False
    return post.language.partition("-")[0] != str(get_locale().language)


@blueprint.post("/translate")
@login_required
def translate() -> Response:
    """A post in the language of the page."""
    if not checked_token():
        raise BadRequest
    post = get_post(whole_number(request.form.get("post_id"), LARGEST_ID) or 0)
    if not is_foreign(post):
        raise NotFound
    post_id, target = post.id, language_of_request()
    try:
        translated = queries.find_translation(post, target) or _ask(post, target)
    except RateLimited as error:
        return _failed(post_id, HTTPStatus.TOO_MANY_REQUESTS, told(error), error.retry_after)
    except NotTranslatable:
        message = _("The translator cannot translate this post. The original is all there is.")
        return _failed(post_id, HTTPStatus.UNPROCESSABLE_ENTITY, message)
    except TranslatorUnavailable as error:
        message = _("The translator does not answer right now. Try again in a few minutes.")
        return _failed(post_id, HTTPStatus.SERVICE_UNAVAILABLE, message, error.retry_after)
    return _shown(post_id, translated)


def _ask(post: Post, target: str) -> Translated:
    """Have the service translate, for the first time; the person who asks is counted before it is asked."""
    translator = cast(Translator, current_app.extensions[TRANSLATOR])
    throttle, key = cast(Throttle, current_app.extensions[ASKED]), str(current_user.id)
    throttle.check(key)
    throttle.failed(key)
    post_id, source, body = post.id, post.language or "", post.body
    # No read stays open while we wait for somebody else.
    db.session.rollback()
    try:
        text = translator.translate(body, source, target)
    except TranslatorUnavailable as error:
        logger.warning("post %d was not translated from %s to %s: %s", post_id, source, target, error)
        raise
    # A translation that cannot be kept can still be read.
    with suppress(Busy, StorageFull), transaction():
        service.keep_translation(post_id, target, text, translator.name)
    return Translated(text, source, target, translator.name)


def _shown(post_id: int, translated: Translated) -> Response:
    # Read anew: it may be gone by now.
    post = get_post(post_id)
    if _wants_json():
        html = render_template("translating/translated.html", translated=translated)
        return jsonify(text=translated.text, html=html)
    return make_response(render_template("posts/show.html", post=post, translated=translated))


def _failed(post_id: int, status: HTTPStatus, message: str, retry_after: int | None = None) -> Response:
    """The original stays, with a sentence about it."""
    if _wants_json():
        answer = make_response(jsonify(error=message), status)
    else:
        page = render_template("posts/show.html", post=get_post(post_id), failure=message)
        answer = make_response(page, status)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _wants_json() -> bool:
    return request.accept_mimetypes.best == JSON
