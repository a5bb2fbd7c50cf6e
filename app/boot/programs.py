"""What supervisord's programs do. Importing this makes the application, of the settings in the environment by then."""

from __future__ import annotations

from functools import partial

import gunicorn.arbiter
import gunicorn.workers.gthread  # noqa: F401  so that gunicorn's processes share it
from gunicorn.app.wsgiapp import run as run_gunicorn
from sqlalchemy.orm import configure_mappers

from ..worker import main as run_worker
from ..wsgi import app
from .supervision import Program


def load_programs() -> dict[str, Program]:
    """Each program by its name, with all that it needs loaded, so that it is loaded once."""
    # What each process would otherwise do by itself at its first request, in memory of its own.
    configure_mappers()
    app.url_map.update()
    if app.jinja_loader is not None:
        for name in app.jinja_loader.list_templates():
            app.jinja_env.get_template(name)
    return {"web": run_gunicorn, "worker": partial(run_worker, app)}
