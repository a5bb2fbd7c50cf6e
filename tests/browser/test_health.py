"""An administrator has a backup made and waits for it: without JavaScript too, the page looks again by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from person import Person
from playwright.sync_api import StorageState, expect
from running import Running

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_backup_is_asked_for_and_waited_for(
    appliance: Running, alices_cookies: StorageState, visit: Callable[..., Person], script: bool
) -> None:
    alice = visit(appliance.address, "alice", storage_state=alices_cookies, java_script_enabled=script)
    alice.open("/admin/health")
    with appliance.worker_held():
        alice.press("Back up now")
        expect(alice.page.get_by_role("progressbar")).to_be_visible()
    expect(alice.page.get_by_role("button", name="Back up now")).to_be_visible()
    alice.see("made in")
    alice.page.get_by_text("As text, to show to whoever helps you").click()
    expect(alice.page.get_by_role("region", name="Report")).to_contain_text("ok    database     answers")
