"""The composer."""

from __future__ import annotations

from uuid import uuid4

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from ..web.context import settings
from ..web.forms import Form, required, rule
from .service import checked_body


class PostForm(Form):
    """Write a post; `submission` marks this form, so that sending it twice makes one post."""

    post = TextAreaField(
        _l("Write a post"),
        validators=[required(), rule(lambda body: checked_body(body, settings().post_length))],
    )
    # A label, though nobody sees it: without one a file of translations would be read for each form.
    submission = HiddenField("", default=lambda: str(uuid4()))
