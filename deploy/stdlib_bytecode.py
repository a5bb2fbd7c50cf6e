"""Compiles the part of the standard library that the program imports into a folder: stdlib_bytecode.py FOLDER.

For the image: slim ones come without this bytecode, and at run time nothing can be written there.
"""

from __future__ import annotations

import importlib
import os
import sys
import sysconfig
import tempfile
from pathlib import Path

from bytecode import compile_module

PROGRAM = [
    "app.boot.__main__",
    "app.boot.drill",
    "app.boot.supervision",
    "app.cli",
    "app.search.elasticsearch_index",
    "app.search.sqlite_index",
    "app.worker",
    "app.wsgi",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
]


def main(folder: Path) -> None:
    """Import the program, then write what is missing beside the sources to the same paths below `folder`."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ.update(MICROBLOG_DATA_DIR=scratch, MICROBLOG_RUN_DIR=scratch)
        for name in PROGRAM:
            importlib.import_module(name)
    library = Path(sysconfig.get_path("stdlib"))
    for module in list(sys.modules.values()):
        source = getattr(module, "__file__", None)
        if source and source.endswith(".py") and Path(source).is_relative_to(library):
            compile_into(folder, Path(source))


def compile_into(folder: Path, source: Path) -> None:
    """Compile one module, unless its bytecode is there."""
    bytecode = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
    if not bytecode.exists():
        compile_module(source, folder / bytecode.relative_to("/"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
