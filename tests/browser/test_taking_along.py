"""Taking along what one has written, as a person does it: without JavaScript too, the page looks again by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from person import Person
from playwright.sync_api import StorageState
from running import Running

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_file_is_asked_for_waited_for_and_fetched(
    appliance: Running,
    alices_cookies: StorageState,
    visit: Callable[..., Person],
    tmp_path: Path,
    script: bool,
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, java_script_enabled=script)
    alice.write("to be taken along")
    alice.open("/exports")
    alice.press("Make the file")
    link = alice.page.get_by_role("link", name="Download").first
    link.wait_for()
    with alice.page.expect_download() as fetching:
        link.click()
    path = tmp_path / "export.zip"
    fetching.value.save_as(path)
    with ZipFile(path) as archive:
        assert "to be taken along" in archive.read("posts.json").decode()
