"""Log-ins of browsers: begun, listed, ended; who it is that a request comes from."""
