"""The settings, with a refusal where they cannot be used."""

from __future__ import annotations

from ..core.config import Settings
from ..core.environment import SecretKeyError, SettingsError
from .refusal import Reason, Refusal


def read_settings() -> Settings:
    """What the environment says now; raises Refusal."""
    try:
        return Settings.from_environment()
    except SecretKeyError as error:
        raise Refusal(Reason.SECRET_KEY, "the secret key cannot be used", str(error)) from error
    except SettingsError as error:
        raise Refusal(Reason.SETTING, "a setting cannot be used", str(error)) from error
