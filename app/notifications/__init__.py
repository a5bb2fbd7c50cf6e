"""What is new for somebody, for the page that is open in their browser."""
