"""The rules of usage: what an event must look like, and how windows become what the database sums up."""

from bezant_usage.domain.arrival import Arrived, arrive, property_text, refusal
from bezant_usage.domain.windows import Definition, Span, plan_spans

__all__ = ["Arrived", "Definition", "Span", "arrive", "plan_spans", "property_text", "refusal"]
