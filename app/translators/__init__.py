"""Languages: which one a text is in, found out here, and its translation, which a service outside makes."""
