"""What every process would otherwise do by itself at its first request, in memory of its own."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import configure_mappers

from .core.time import utc_now
from .web.locale import speaking
from .web.times import worded


def warm(app: Flask) -> None:
    """Have everything made that is made once: to be called before the processes are forked."""
    configure_mappers()
    app.url_map.update()
    if app.jinja_loader is not None:
        for name in app.jinja_loader.list_templates():
            app.jinja_env.get_template(name)
    # What the library knows of the first language that is offered; of others, when somebody asks for them.
    with app.app_context(), speaking(None):
        worded(utc_now())
