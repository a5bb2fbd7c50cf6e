"""Writing to somebody; the field's name is upstream's."""

from __future__ import annotations

from uuid import uuid4

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField

from ..web.context import settings
from ..web.forms import Form, required, rule
from .service import checked_message


class MessageForm(Form):
    """Write to somebody; `submission` marks this form, so that sending it twice makes one message."""

    message = TextAreaField(
        _l("Message"),
        validators=[required(), rule(lambda body: checked_message(body, settings().post_length))],
    )
    # A label, though nobody sees it: without one a file of translations would be read for each form.
    submission = HiddenField("", default=lambda: str(uuid4()))
    # Whom the page was about: a name may have become another person's meanwhile.
    recipient_id = HiddenField("")
