"""What the door counts. Labels hold carriers and reasons, never who wrote what to whom."""

from prometheus_client import Counter, Histogram

accepted = Counter("smsgateway_accepted_texts", "Texts committed, repeats included", ["carrier"])
refused = Counter("smsgateway_refused_requests", "Requests whose signature was wrong", ["carrier", "reason"])
unreadable = Counter("smsgateway_unreadable_requests", "Signed requests that hold no text", ["carrier"])
unrouted = Counter("smsgateway_unrouted_texts", "Texts to numbers not bound to their channel", ["carrier"])
try_again = Counter("smsgateway_try_again_answers", "Requests we could not keep in time", ["carrier"])
unrung = Counter("smsgateway_unrung_deliveries", "Deliveries left to the sweep")
commit_seconds = Histogram(
    "smsgateway_commit_seconds",
    "One batch's statement",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 3),
)
commit_size = Histogram(
    "smsgateway_commit_messages", "Messages a batch", buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500)
)


def committed(count: int, seconds: float) -> None:
    commit_seconds.observe(seconds)
    commit_size.observe(count)
