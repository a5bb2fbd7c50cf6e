"""What gunicorn serves."""

from . import assemble

app = assemble()
