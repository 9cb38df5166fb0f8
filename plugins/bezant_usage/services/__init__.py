"""What others may ask of usage."""

from bezant_usage.services.batches import BatchResult
from bezant_usage.services.ingestion import MAX_BATCH, ingest, ingest_batch
from bezant_usage.services.measuring import measure

__all__ = ["MAX_BATCH", "BatchResult", "ingest", "ingest_batch", "measure"]
