"""The language of posts, and their translation for who reads another one."""
