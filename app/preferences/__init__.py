"""What somebody prefers: the language and the time zone of the pages."""
