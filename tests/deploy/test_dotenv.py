"""Settings in .env mean the same to the scripts on the host as to Docker Compose and python-dotenv."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

READER = Path(__file__).parents[2] / "deploy" / "dotenv.awk"
SHELL = {"PATH": os.environ["PATH"], "HOME": "/home/somebody", "LC_ALL": "C"}
AGREED = {
    "A=/mnt/stick\n": "/mnt/stick",
    "export A=/mnt/stick\n": "/mnt/stick",
    "  export\tA = /mnt/stick\n": "/mnt/stick",
    "A=/mnt/stick   # the USB stick\n": "/mnt/stick",
    "A=/mnt/a b\n": "/mnt/a b",
    "A=/mnt#1\n": "/mnt#1",
    "A=/mnt\r\nB=1\r\n": "/mnt",
    "\ufeffA=/mnt\n": "/mnt",
    'A="/mnt/a # b"  # c\n': "/mnt/a # b",
    "A='/mnt/$HOME' # c\n": "/mnt/$HOME",
    "A='/mnt/it\\'s'\n": "/mnt/it's",
    'A="a\\"b\\\\c"\n': 'a"b\\c',
    "A=/mnt${HOME}\n": "/mnt/home/somebody",
    "B=stick\nA=/mnt/${B}\n": "/mnt/stick",
    "A=/mnt/${NONE}x\n": "/mnt/x",
    "A=1\nA=2": "2",
    "A=C:\\new\n": "C:\\new",
    'B="x\nA=/no\n"\nA=/yes\n': "/yes",
    "#A=1\n  # A=2\nA=\n": "",
    "A=''\n": "",
    "A=/mnt/überall\n": "/mnt/überall",
    "A=price$\n": "price$",
}
NOT_SET = ("", "B=1\n", "#A=1\n", 'B="x\nA=/no\n"\n', "AA=1\nA.B=2\n", "A\n")
REFUSED = (
    "A=/m$HOME\n", 'A="/m$HOME"\n', "A='/m${HOME}'\n", "A=/m$$nt\n", "A=${B:-x}\n", 'A="a\\$b"\n', "A='a\\\\b'\n",
    "A: /mnt\n", 'A="x"y\n', "A='x' y\n", 'A="x\ny"\n', "A= # c\n", "A=x\t# c\n", 'A="/mnt\nB=1\n', "some words\nA=1\n",
    "A=1\rB=2\r", "'B'=1\nA=1\n", "=x\nA=1\n", "A=x\x0b#y\n", "A=1\nA\n", 'B="a\\\\"\nA="x"\n', "B=$C\nA=${B}\n",
)  # fmt: skip


def awks() -> list[str]:
    """Return the programs that `awk` is on one system or another, as far as they are here."""
    return [name for name in ("mawk", "gawk") if shutil.which(name)] or ["awk"]


def read(folder: Path, content: str, awk: str = "awk") -> tuple[int, str]:
    """Return the exit status and the output of the reader for the setting A."""
    file = folder / ".env"
    file.write_bytes(content.encode())
    ended = subprocess.run(
        [awk, "-v", "wanted=A", "-f", READER, file], env=SHELL, capture_output=True, text=True, check=False
    )
    assert bool(ended.stderr) == bool(ended.returncode), ended.stderr
    return ended.returncode, ended.stdout


def read_by_dotenv(content: str, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Return what python-dotenv reads."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in SHELL.items():
        monkeypatch.setenv(name, value)
    text = content.encode().decode("utf-8-sig")
    return dotenv_values(stream=io.StringIO(text, newline=None)).get("A")


@pytest.mark.parametrize("awk", awks())
@pytest.mark.parametrize("content", AGREED)
def test_a_setting_is_read(tmp_path: Path, content: str, awk: str) -> None:
    assert read(tmp_path, content, awk) == (0, AGREED[content] + "\n")


@pytest.mark.parametrize("content", NOT_SET)
def test_a_setting_that_is_not_there_is_empty(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content) == (0, "")


@pytest.mark.parametrize("awk", awks())
@pytest.mark.parametrize("content", REFUSED)
def test_a_setting_that_is_not_understood_is_an_error(tmp_path: Path, content: str, awk: str) -> None:
    assert read(tmp_path, content, awk) == (1, "")


def test_doubts_about_another_setting_do_not_count(tmp_path: Path) -> None:
    assert read(tmp_path, "B=/m$HOME\nC: x\nD='a\\\\b'\nA=1\n") == (0, "1\n")


LINES = st.lists(
    st.lists(
        st.sampled_from(
            ["A", "B", "=", "=", "'", '"', "\\", "$", "{", "}", "${B}", " ", "\t", "#", ":", "x", "export ", "\u00e9"]
        ),
        max_size=9,
    ).map("".join).map(lambda tail: "A=" + tail),
    min_size=1, max_size=3,
).map("\n".join)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(content=LINES)
@example(content="A='x'\nA=\"y\" # z")
def test_what_is_read_is_what_dotenv_reads(tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    status, output = read(tmp_path, content)
    if status == 0:
        with monkeypatch.context() as patch:
            expected = read_by_dotenv(content, patch)
        assert output == ("" if expected is None else f"{expected}\n")


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(content=LINES)
@example(content="".join(AGREED))
def test_what_is_read_is_what_compose_reads(tmp_path: Path, content: str) -> None:
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("needs Docker Compose")
    status, output = read(tmp_path, content)
    expected = read_by_compose(tmp_path) if status == 0 else None
    # Compose refuses the whole file for a doubtful line, this reader only where the wanted setting depends on it.
    assert expected in (None, output)


@pytest.mark.parametrize("content", AGREED)
def test_compose_reads_the_same(tmp_path: Path, content: str) -> None:
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("needs Docker Compose")
    read(tmp_path, content)
    assert read_by_compose(tmp_path) == AGREED[content] + "\n"


def read_by_compose(folder: Path) -> str | None:
    """Return what Docker Compose reads in the folder's .env, as the reader prints it; None if it refuses the file."""
    (folder / "compose.yaml").write_text("services: {x: {image: x, environment: [A]}}\n")
    command = ["docker", "compose", "--project-directory", folder, "config", "--format", "json"]
    ended = subprocess.run(command, env=SHELL, capture_output=True, text=True, check=False)
    if ended.returncode:
        return None
    value = json.loads(ended.stdout)["services"]["x"]["environment"].get("A")
    return "" if value is None else value.replace("$$", "$") + "\n"
