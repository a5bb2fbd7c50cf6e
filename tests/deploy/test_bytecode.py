"""Libraries in the image are compiled without documentation, and otherwise do the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "deploy" / "bytecode.py"
MODULE = '''"""What it is."""
from __future__ import annotations

def known(function: object) -> object:
    assert function.__doc__, "a decorator that reads it"
    return function

class Thing:
    """A thing."""

@known
def decorated():
    """Kept."""

def only_documented():
    """Nothing else."""

def checked(number):
    """Documented."""
    assert number > 1
    return "a text that is no documentation"
'''
USE = (
    "import thing\n"
    "print([each.__doc__ for each in (thing, thing.Thing, thing.decorated, thing.only_documented, thing.checked)])\n"
    "print(thing.only_documented(), thing.checked(2))\n"
    "try: thing.checked(1)\n"
    "except AssertionError: print('asserted')\n"
)


def test_documentation_goes_while_assertions_and_what_decorators_read_stay(tmp_path: Path) -> None:
    (tmp_path / "thing.py").write_text(MODULE)
    (tmp_path / "template.py").write_text("this is {{ no }} Python\n")
    subprocess.run([sys.executable, PROGRAM, tmp_path], check=True)
    # Not compared with its source: that may be gone, or be another.
    (tmp_path / "thing.py").write_text("raise SystemExit('compiled anew')\n")
    ended = subprocess.run([sys.executable, "-c", USE], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines() == [
        "[None, None, 'Kept.', None, None]",
        "None a text that is no documentation",
        "asserted",
    ]
    assert not (tmp_path / "__pycache__" / f"template.{sys.implementation.cache_tag}.pyc").exists()


def test_all_modules_are_compiled_and_to_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("once", "again"):
        # the path is part of what is compiled, so the same one twice
        library = tmp_path / "library"
        library.mkdir()
        for number in range(10):
            (library / f"module{number}.py").write_text(MODULE)
        subprocess.run([sys.executable, PROGRAM, library], check=True)
        library.rename(tmp_path / name)
    once, again = (
        {path.name: path.read_bytes() for path in tmp_path.glob(f"{name}/*/*")} for name in ("once", "again")
    )
    assert len(once) == 10
    assert once == again


def test_a_module_that_cannot_be_written_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "thing.py").write_text(MODULE)
    (tmp_path / "__pycache__").write_text("in the way")
    ended = subprocess.run([sys.executable, PROGRAM, tmp_path], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"a part of {tmp_path} could not be compiled" in ended.stderr
