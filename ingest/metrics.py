"""What the door counts. Labels hold carriers and reasons, never who wrote what to whom."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

# The door's own: the web process counts in the common one, by asking the database.
registry = CollectorRegistry()
ProcessCollector(registry=registry)

accepted = Counter(
    "smsgateway_accepted_texts", "Texts committed, repeats included", ["carrier"], registry=registry
)
refused = Counter(
    "smsgateway_refused_requests",
    "Requests whose signature was wrong",
    ["carrier", "reason"],
    registry=registry,
)
unreadable = Counter(
    "smsgateway_unreadable_requests", "Signed requests that hold no text", ["carrier"], registry=registry
)
unrouted = Counter(
    "smsgateway_unrouted_texts", "Texts to numbers not bound to their channel", ["carrier"], registry=registry
)
try_again = Counter(
    "smsgateway_try_again_answers", "Requests we could not keep in time", ["carrier"], registry=registry
)
polls = Counter(
    "smsgateway_polls", "Looks into a carrier's list of texts", ["carrier", "outcome"], registry=registry
)
joined = Counter(
    "smsgateway_joined_texts", "Texts joined from parts, whole or partial", ["outcome"], registry=registry
)
unrung = Counter("smsgateway_unrung_deliveries", "Deliveries left to the sweep", registry=registry)
commit_seconds = Histogram(
    "smsgateway_commit_seconds",
    "One batch's statement",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 3),
    registry=registry,
)
commit_size = Histogram(
    "smsgateway_commit_messages",
    "Messages a batch",
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500),
    registry=registry,
)


accepted_from = cache(accepted.labels)  # each look for a label takes a lock


def committed(count: int, seconds: float) -> None:
    commit_seconds.observe(seconds)
    commit_size.observe(count)
