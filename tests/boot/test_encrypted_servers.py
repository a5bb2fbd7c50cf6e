"""DATABASE_CA: the connection to a server is encrypted, and made to nobody whom that authority does not vouch for."""

from __future__ import annotations

from pathlib import Path

import pytest
from booting import Boot
from certificates import make_certificate
from database_servers import Server
from databases import CHOICES, address_of
from sqlalchemy import text

from app.boot.refusal import Reason
from app.core.database_settings import DatabaseSettings
from app.core.server import server_engine

ENCRYPTION = {
    "mariadb": "SELECT variable_value <> '' FROM information_schema.session_status WHERE variable_name = 'ssl_version'",
    "postgresql": "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
}


@pytest.mark.parametrize("kind", CHOICES)
def test_the_one_whom_the_authority_vouches_for_is_spoken_to_under_its_name_alone(
    boot: Boot, kind: str, certificate: Path, tmp_path: Path
) -> None:
    another = make_certificate(tmp_path / "another.pem")
    with CHOICES[kind](certificate) as server:
        by_number = server.empty("encrypted")
        by_name = by_number.replace("127.0.0.1", "localhost")
        done = boot(DATABASE_URL=by_name, DATABASE_CA=certificate)
        assert done.returncode == 0, done.stderr
        engine = server_engine(DatabaseSettings(address_of(by_name), certificate))
        with engine.connect() as connection:
            assert connection.scalar(text(ENCRYPTION[kind]))
        for address, authority in ((by_number, certificate), (by_name, another)):
            refused = boot(DATABASE_URL=address, DATABASE_CA=authority, MICROBLOG_DATABASE_WAIT=0)
            assert refused.returncode == Reason.DATABASE
            assert "there is no encrypted connection to it" in refused.stderr
            assert "certificate verify failed" in refused.stderr
            assert "DATABASE_CA" in refused.stderr


def test_a_server_that_cannot_prove_itself_is_told_nothing(boot: Boot, server: Server, certificate: Path) -> None:
    address = server.empty("open_to_all").replace("127.0.0.1", "localhost")
    refused = boot(DATABASE_URL=address, DATABASE_CA=certificate, MICROBLOG_DATABASE_WAIT=0)
    assert refused.returncode == Reason.DATABASE
    assert "there is no encrypted connection to it" in refused.stderr
