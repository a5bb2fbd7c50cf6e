"""What supervisord's programs do. Importing this makes the application, of the settings in the environment by then."""

from __future__ import annotations

from functools import partial

import gunicorn.arbiter  # noqa: F401  with the worker below, so that gunicorn's processes share it
from gunicorn.app.wsgiapp import run as run_gunicorn

from ..warming import warm
from ..webserver import worker as _worker  # noqa: F401
from ..worker import main as run_worker
from ..wsgi import app
from .supervision import Program


def load_programs() -> dict[str, Program]:
    """Each program by its name, with all that it needs loaded, so that it is loaded once."""
    warm(app)
    return {"web": run_gunicorn, "worker": partial(run_worker, app)}
