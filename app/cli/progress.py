"""Shows how far something is that takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

import click

NOTED_EVERY_SECONDS = 5
Batch = TypeVar("Batch", bound=Sized)


def watched(kind: str, total: int, batches: Iterator[Batch]) -> Iterable[Batch]:
    """Hand the batches on and show how far it is: a bar on a terminal, now and then a line elsewhere."""
    if sys.stdout.isatty():
        with click.progressbar(length=total, label=f"{kind:10}", show_pos=True) as bar:
            for batch in batches:
                yield batch
                bar.update(len(batch))
        return
    done, noted = 0, time.monotonic()
    for batch in batches:
        yield batch
        done += len(batch)
        if time.monotonic() - noted > NOTED_EVERY_SECONDS:
            noted = time.monotonic()
            click.echo(f"{kind}: {done:,} of {total:,}")
    click.echo(f"{kind}: {done:,}")
