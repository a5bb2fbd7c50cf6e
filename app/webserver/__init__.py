"""The web server's worker: slow clients wait in its event loop, not in a thread."""
