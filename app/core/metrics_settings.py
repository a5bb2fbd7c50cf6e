"""Settings of the figures for Prometheus."""

from __future__ import annotations

import re

from .environment import SettingsError, Source

# As RFC 6750 has it, and long enough that nobody guesses it.
TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,}=*", re.ASCII)


def metrics_token(source: Source) -> str:
    """MICROBLOG_METRICS_TOKEN, which whoever reads the figures must show; empty: nobody can."""
    token = source.text_or_file("MICROBLOG_METRICS_TOKEN")
    if token and not TOKEN.fullmatch(token):
        # Not shown: it is a secret.
        raise SettingsError(
            "MICROBLOG_METRICS_TOKEN is no token; write at least 16 letters and digits, for example what "
            "`openssl rand -hex 24` prints"
        )
    return token
