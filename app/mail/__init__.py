"""E-mail: letters that the worker sends, from jobs written with the data they belong to."""
