"""Posts: writing, the timelines, profiles and finding."""
