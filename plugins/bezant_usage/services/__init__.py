"""What others may ask of usage."""

from bezant_usage.services.batches import BatchResult
from bezant_usage.services.explaining import Explained, explain, explain_event
from bezant_usage.services.importing import Imported, guess_format, import_file
from bezant_usage.services.ingestion import MAX_BATCH, ingest, ingest_batch
from bezant_usage.services.measuring import measure
from bezant_usage.services.reading import EventRecord, find_event, get_event, refusals
from bezant_usage.services.summary import Summary, month_of, recent_usage, summarize

__all__ = [
    "MAX_BATCH",
    "BatchResult",
    "EventRecord",
    "Explained",
    "Imported",
    "Summary",
    "explain",
    "explain_event",
    "find_event",
    "get_event",
    "guess_format",
    "import_file",
    "ingest",
    "ingest_batch",
    "measure",
    "month_of",
    "recent_usage",
    "refusals",
    "summarize",
]
