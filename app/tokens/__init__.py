"""Keys by which programs act for somebody: made, shown once, listed and revoked."""
