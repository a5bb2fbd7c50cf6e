"""Getting back into an account whose password is forgotten."""
