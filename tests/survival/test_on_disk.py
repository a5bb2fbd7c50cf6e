"""What was acknowledged is on the disk: the system calls of the web process prove it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from people import People
from processes import LIMIT_SECONDS, environment_of, eventually
from whole import Client, children

from app.core.config import PROJECT_ROOT, Settings

CALLS = "trace=pwrite64,write,fdatasync,fsync,sendto,sendmsg,writev"
# The web process, with the pragma that is to be tried.
WEB = """
import sys
from app.core import database
pragma = sys.argv.pop(1)
database.PRAGMAS = tuple(each.replace("synchronous=FULL", pragma) for each in database.PRAGMAS)
from gunicorn.app.wsgiapp import run
run()
"""
WORD = "needleinthelog"
LINE = re.compile(r"^(\d+) +(.*)$")

pytestmark = pytest.mark.sqlite("a server has a disk of its own")


@contextmanager
def traced(settings: Settings, port: int, pragma: str, trace: Path) -> Iterator[str]:
    """The web process under strace; where it answers."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("needs strace")
    command = [strace, "-f", "-y", "-s", "16384", "-e", CALLS, "-e", "signal=none", "-o", str(trace)]
    command += [sys.executable, "-c", WEB, pragma, "-c", "deploy/gunicorn.conf.py", "app.wsgi:app"]
    environment = environment_of(settings) | {"PORT": str(port)}
    del environment["PYTHONWARNINGS"]
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        eventually(lambda: process.poll() is not None or Client(address).get("/livez").status == 200)
        assert process.poll() is None, trace.read_text()[-2000:]
        yield address
    finally:
        for child in children(process.pid):
            subprocess.run(["kill", str(child)], check=False)
        process.wait(LIMIT_SECONDS)


def calls_of_the_writer(trace: Path) -> list[str]:
    """The system calls, in order, of the thread that wrote the word, those that were interrupted by others joined."""
    lines = [match.groups() for line in trace.read_text(errors="replace").splitlines() if (match := LINE.match(line))]
    thread = next(number for number, call in lines if "-wal" in call and WORD in call)
    calls: list[str] = []
    for call in (call for number, call in lines if number == thread):
        if call.startswith("<..."):
            calls[-1] += call
        else:
            calls.append(call)
    return calls


def synced_before_the_answer(calls: list[str]) -> bool:
    """Whether, between the last write of the row's transaction and the answer, a sync of the log returned."""
    row = next(place for place, call in enumerate(calls) if "-wal" in call and WORD in call)
    answer = next(place for place, call in enumerate(calls) if place > row and '"HTTP/1.1 201' in call)
    between = calls[row:answer]
    last = max(place for place, call in enumerate(between) if call.startswith("pwrite64") and "app.db-wal>" in call)
    return any(re.match(r"f(data)?sync\(\d+<[^>]*app\.db-wal>.*= 0$", call) for call in between[last:])


@pytest.mark.parametrize(("pragma", "expected"), [("synchronous=FULL", True), ("synchronous=NORMAL", False)])
def test_a_post_is_synced_between_the_write_of_its_row_and_the_answer(
    app: Flask, settings: Settings, people: People, free_port: int, tmp_path: Path, pragma: str, expected: bool
) -> None:
    headers = people.program("alice")
    trace = tmp_path / "trace"
    with traced(settings, free_port, pragma, trace) as address:
        assert Client(address, headers).post(f"a {WORD}").status == 201
    assert synced_before_the_answer(calls_of_the_writer(trace)) is expected, "with NORMAL this test has to notice"
