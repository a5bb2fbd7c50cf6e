"""A page of a list with the addresses of its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from ..core.paging import Page, Position


@dataclass(frozen=True)
class LinkedPage:
    """What a template needs of a page; an address is None where there is no such neighbour."""

    items: Sequence[Any]
    newer_url: str | None
    older_url: str | None


def position() -> Position:
    """The position that the address of this request asks for."""
    arguments = request.args
    return Position.parse(arguments.get("before"), arguments.get("after"), arguments.get("page"))


def linked(page: Page[Any], endpoint: str, **values: Any) -> LinkedPage:
    """The page with addresses made for `endpoint`."""
    return LinkedPage(
        page.items,
        newer_url=_address(endpoint, values, page.newer),
        older_url=_address(endpoint, values, page.older),
    )


def _address(endpoint: str, values: dict[str, Any], position: Position | None) -> str | None:
    return url_for(endpoint, **(values | position.arguments())) if position else None
