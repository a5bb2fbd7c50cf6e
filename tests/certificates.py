"""Certificates that nobody in the world trusts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def make_certificate(path: Path) -> Path:
    """Make one for localhost there, with its key in the same file."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    public = path.with_suffix(".public")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path, "-out", public]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"]
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + public.read_text())
    return path
