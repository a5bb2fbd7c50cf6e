"""What keeps an account safe: its password, and the pages to look after it."""
