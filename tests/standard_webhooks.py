"""The signatures that others published for Standard Webhooks, and where: what all implementations must agree on."""

from __future__ import annotations

from typing import NamedTuple


class Vector(NamedTuple):
    """What is signed, with what, and what comes out. `secret` is `whsec_…`, bare base64, or `whsk_…` for v1a."""

    source: str
    secret: str
    id: str
    timestamp: int
    body: bytes
    signature: str


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
RUST = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
RUST_ID, RUST_BODY = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", b'{"email":"test@example.com","username":"test_user"}'

#: Of https://github.com/standard-webhooks/standard-webhooks, where nothing else is said.
PUBLISHED = [
    *(
        Vector(f"libraries/{test}", SECRET, ID, TIMESTAMP, BODY, SIGNATURE)
        for test in (
            "python/tests/test_webhooks.py",
            "javascript/src/webhook.test.ts",
            "go/webhook_symmetric_test.go",
            "php/tests/WebhookTest.php",
            "ruby/spec/webhook_spec.rb",
            "csharp/StandardWebhooks.Tests/WebhookTest.cs",
            "java/src/test/java/com/standardwebhooks/WebhookTest.java",
        )
    ),
    Vector(
        "libraries/go/webhook_symmetric_test.go, without its prefix",
        SECRET.removeprefix("whsec_"),
        ID,
        TIMESTAMP,
        BODY,
        SIGNATURE,
    ),
    Vector(
        "libraries/rust/src/lib.rs",
        RUST,
        RUST_ID,
        1649367553,
        RUST_BODY,
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
    Vector(
        "https://docs.svix.com/receiving/verifying-payloads/how-manual, a key of 18 octets",
        "whsec_plJ3nmyCDGBKInavdOK15jsl",
        "msg_loFOjxBNrRLzqYUf",
        1731705121,
        b'{"event_type":"ping","data":{"success":true}}',
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    ),
    Vector(
        "https://github.com/svix/svix-webhooks, server/svix-server/src/worker.rs",
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
        ID,
        TIMESTAMP,
        BODY,
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
    ),
    Vector(
        "libraries/go/webhook_asymmetric_test.go, a key that is its seed alone",
        "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
        ID,
        TIMESTAMP,
        BODY,
        "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
    ),
]

#: The public half that was published with a private key.
PUBLIC_HALVES = {
    "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==": (
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
    ),
}

#: Computed by hand with other code than ours: keys without padding (libraries/python/tests), no body, other alphabets.
COMPUTED = [
    Vector(
        "a key of 23 octets",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        ID,
        TIMESTAMP,
        BODY,
        "v1,LVOXivKoo4FWasi/IaHvzhE/u+7/cu2AME+zS/nXqzk=",
    ),
    Vector(
        "a key of 25 octets",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBr",
        ID,
        TIMESTAMP,
        BODY,
        "v1,yK2tMbA6BHPrMEJ1lLv7UlJJbgFoqGenJkiajZ29evg=",
    ),
    Vector("no body", SECRET, ID, TIMESTAMP, b"", "v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A="),
    Vector(
        "other alphabets",
        SECRET,
        ID,
        TIMESTAMP,
        '{"text":"café 😀"}'.encode(),
        "v1,5tkn3uwlkIXOzKFfRLQ7Oafi0O24wz/t0ACK7iT607s=",
    ),
]

#: Values of `webhook-signature` that the libraries' tests refuse for their own message, by where they stand.
REFUSED = {
    "libraries/python": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=",
    "libraries/javascript": "v1,dawfeoifkpqwoekfpqoekf",
    "libraries/javascript, in part": SIGNATURE[:8],
    "libraries/go": "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
    "libraries/go, empty": "v1,",
    "libraries/go, asymmetric": "v1a,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
    "libraries/go, asymmetric and empty": "v1a,",
    "libraries/csharp": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLawdd",
    "libraries/java, of another version": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    "libraries/java": "invalid_signature",
    "libraries/java, with a version": "v1,invalid_signature",
    "libraries/elixir": "invalid signature",
    "libraries/rust": "v1,R3PTzyfHASBKHH98a7yexTwaJ4yNIcGhFQc1yuN+BPU=",
    "libraries/rust, several": "v1,tFtCZ5RDCPxzWQRWXWPgrCgE2frDBe9gjpbWQxnVfsQ= "
    "v1,Mm7xgUVICxZfQ3bgf0h0Dof65L/IFx+PnZvnDWPCX6Q= v1,9DfC1c3eeOrXB6w/5dIDydLNQaEyww5KalE5jLBZucE=",
}

#: What they put around the right signature, where it has to be found.
AROUND = {
    "libraries/python, javascript, go, php, csharp, java": (
        "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= ",
        " v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
    ),
    "libraries/rust": (
        "v1,tFtCZ5RDCPxzWQRWXWPgrCgE2frDBe9gjpbWQxnVfsQ= v1,Mm7xgUVICxZfQ3bgf0h0Dof65L/IFx+PnZvnDWPCX6Q= ",
        " v1,9DfC1c3eeOrXB6w/5dIDydLNQaEyww5KalE5jLBZucE=",
    ),
    "the specification, whose example signs by either scheme": (
        "",
        " v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
    ),
}

#: Seconds by which the libraries' tests move the time of a message that they then refuse.
STALE = (-301, 301)
#: Timestamps that they refuse to read: javascript and python, php.
NO_TIMESTAMPS = ("hello", "161426533.0", "invalid timestamp", "-161426533")
