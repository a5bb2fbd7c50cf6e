"""Taking along what one has written: a file made by the worker, which only its owner gets."""
