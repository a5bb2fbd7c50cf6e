"""Style sheets and scripts: addresses that change with them, and what is sent there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import pytest
from flask import Flask
from page import PageClient

from app.web.static_files import OURS, StaticFiles

IMPORT = re.compile(r'from "(\./[^"]+)"')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(OURS, tmp_path / "static")


def test_a_changed_file_gives_all_of_them_new_addresses(folder: Path) -> None:
    before = StaticFiles(folder).url("js/main.js")
    assert StaticFiles(folder).url("js/main.js") == before
    (folder / "js" / "draft.js").write_text("export const changed = true;\n")
    assert StaticFiles(folder).url("js/main.js") != before


def test_what_scripts_import_has_the_mark_too(client: PageClient) -> None:
    main = StaticFiles().url("js/main.js")
    imported = IMPORT.findall(client.get(main).text)
    assert len(imported) > 5
    for name in imported:
        answer = client.get(urljoin(main, name))
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["Cache-Control"], name


def test_an_address_with_another_mark_leads_nowhere(client: PageClient) -> None:
    assert client.get("/static/000000000000/js/main.js").status_code == 404
    assert client.get(StaticFiles().url("../web/security.py")).status_code == 404


def test_whoever_takes_a_compressed_file_gets_it(folder: Path) -> None:
    mark = StaticFiles(folder).prefix
    subprocess.run([sys.executable, "-m", "whitenoise.compress", "--quiet", folder], check=True)
    files = StaticFiles(folder)
    assert files.prefix == mark, "what is compressed is no new version"
    app = Flask("files", static_folder=None)
    files.serve_with(app, {"X-Content-Type-Options": "nosniff"})
    address = files.url("js/main.js")
    with app.test_client() as client:
        compressed = client.get(address, headers={"Accept-Encoding": "gzip"}, buffered=True)
        plain = client.get(address, buffered=True)
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(compressed.data) < len(plain.data)
    for answer in (compressed, plain):
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.mimetype == "text/javascript"
