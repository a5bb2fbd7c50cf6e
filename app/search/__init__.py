"""Finding things by their words: one interface, engines behind it, an index that can always be made again."""
