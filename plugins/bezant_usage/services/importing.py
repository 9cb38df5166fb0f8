"""Importing a file of events: batch by batch, with progress and a file of what was not accepted."""

import bz2
import gzip
import io
import json
import lzma
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from bezant.sdk.values import Invalid
from bezant_usage.contracts import DEFAULT_SOURCE, EventOutcome, NewEvent
from bezant_usage.domain.formats import FORMATS, Format, Read, read_events
from bezant_usage.services.batches import BatchResult
from bezant_usage.services.ingestion import MAX_BATCH, ingest_batch


def _gunzip(packed: IO[bytes]) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=packed)


_UNPACKERS: dict[str, Callable[[IO[bytes]], Any]] = {".gz": _gunzip, ".xz": lzma.LZMAFile, ".bz2": bz2.BZ2File}
_SUFFIXES: dict[str, Format] = {".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".csv": "csv"}

Progress = Callable[[int], None]
"""Called with the number of bytes of the file that were read since the last call."""


@dataclass(slots=True)
class Imported:
    """What became of the events of a file."""

    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.accepted + self.duplicate + self.conflict + self.rejected


def import_file(
    path: Path,
    *,
    form: Format | None = None,
    source: str | None = None,
    errors: IO[str] | None = None,
    progress: Progress = lambda _bytes: None,
) -> Imported:
    """Imports a file (JSON, lines of JSON or CSV; also packed as .gz, .xz, .bz2) in batches of 10,000, each one transaction.

    ``source`` stands for events that name none. What is neither accepted nor a duplicate is written to ``errors`` as lines of JSON
    with the line of the file. Repeating the import does no harm. Raises ``Invalid`` where the file cannot be read.
    """
    imported, done = Imported(), 0
    with path.open("rb") as packed:
        stream = io.TextIOWrapper(_unpack(path, packed), encoding="utf-8-sig", newline="")
        try:
            for batch in _batches(read_events(stream, form or guess_format(path))):
                for place, outcome in _take(batch, source, f"file {path.name}", imported):
                    if errors is not None:
                        errors.write(json.dumps({"line": place, **asdict(outcome)}) + "\n")
                progress(packed.tell() - done)
                done = packed.tell()
        except (UnicodeDecodeError, EOFError, OSError, lzma.LZMAError) as error:
            raise Invalid.field(
                "file", "unreadable", f"{path.name} cannot be read: {error}; {imported.total:,} events were taken."
            ) from None
    return imported


def guess_format(path: Path) -> Format:
    """The format that a file's name tells. Raises ``Invalid``."""
    plain = path.with_suffix("") if path.suffix in _UNPACKERS else path
    form = _SUFFIXES.get(plain.suffix.lower())
    if form is None:
        raise Invalid.field("format", "unknown_format", f"{path.name} does not tell its format; name one of {', '.join(FORMATS)}.")
    return form


def _unpack(path: Path, packed: IO[bytes]) -> Any:
    unpacker = _UNPACKERS.get(path.suffix)
    return unpacker(packed) if unpacker else packed


def _batches(events: Iterable[Read]) -> Iterator[list[Read]]:
    rest = iter(events)
    while batch := list(islice(rest, MAX_BATCH)):
        yield batch


def _take(batch: list[Read], source: str | None, origin: str, imported: Imported) -> list[tuple[int, EventOutcome]]:
    """Ingests one batch; what was not accepted, with its line, duplicates left out."""
    unreadable = [(place, one) for place, one in batch if isinstance(one, EventOutcome)]
    readable = [(place, _named(one, source)) for place, one in batch if isinstance(one, NewEvent)]
    result: BatchResult = ingest_batch([event for _, event in readable], origin=origin)
    imported.accepted += result.accepted
    for outcome in [*result.others.values(), *(one for _, one in unreadable)]:
        setattr(imported, outcome.status, getattr(imported, outcome.status) + 1)
    refused = [(readable[index][0], one) for index, one in result.others.items() if one.status != "duplicate"]
    return sorted([*unreadable, *refused], key=lambda pair: pair[0])


def _named(event: NewEvent, source: str | None) -> NewEvent:
    return replace(event, source=source) if source and event.source == DEFAULT_SOURCE else event
