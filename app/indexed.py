"""What is in the search index: the sources of all documents, told by the features."""

from __future__ import annotations

from .messages import queries as messages
from .posts import queries as posts
from .search.service import Catalogue, Source


def build_catalogue() -> Catalogue:
    """Where the documents of the search index come from."""
    catalogue = Catalogue()
    for of in (posts, messages):
        catalogue.register(of.KIND, Source(of.documents, of.all_documents, of.count_all, of.all_numbers))
    return catalogue
