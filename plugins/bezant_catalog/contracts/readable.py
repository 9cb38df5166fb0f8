"""Tables that others may join to show a name instead of an id."""

from bezant.sdk.values import ReadModel

PRODUCTS = ReadModel("catalog_products", id="uuid", code="text", name="text")
PLANS = ReadModel("catalog_plans", id="uuid", code="text", name="text", product_id="uuid")
PLAN_VERSIONS = ReadModel("catalog_plan_versions", id="uuid", plan_id="uuid", number="integer", currency="text", effective="day")
METRICS = ReadModel("catalog_metrics", id="uuid", code="text", name="text", event_type="text")
