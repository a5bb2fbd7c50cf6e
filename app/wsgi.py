"""What gunicorn serves."""

from . import assemble
from .health.metrics import init_metrics

app = assemble()
init_metrics(app)
