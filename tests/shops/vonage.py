"""Vonage's shop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tests.live import Request
from tests.shops import Fields, Response, Shop, Ware, answer, basic, form_of, query_of

VONAGE_KINDS = {"mobile-lvn": "mobile", "landline": "geographic", "landline-toll-free": "tollFree"}


@dataclass
class VonageShop(Shop):
    """Says 200 to everything that it understood, and what came of it in the body, but for wrong credentials."""

    credentials: ClassVar[dict[str, str]] = {
        "signatureSecret": "a-signature-secret",
        "signatureMethod": "sha256",
        "apiKey": "a1b2c3d4",
        "apiSecret": "0123456789abcdefABCD",
    }
    probe: Callable[[str], bool] = lambda url: True

    def too_many(self) -> Response:
        return self.outcome("429", "Too many requests", 429)

    def outcome(self, code: str, label: str, status: int = 200) -> Response:
        return answer(status, {"error-code": code, "error-code-label": label})

    def serve(self, request: Request) -> Response:
        login = basic(self.credentials["apiKey"], self.credentials["apiSecret"])
        if request.headers.get("authorization") != login:
            return self.outcome("401", "authentication failed", 401)
        match request.method, urlsplit(request.path).path:
            case "GET", "/number/search":
                return self.search(query_of(request))
            case "GET", "/account/numbers":
                return self.page(list(self.account.values()), query_of(request))
            case "POST", "/number/buy":
                return self.buy(form_of(request))
            case "POST", "/number/update":
                return self.update(form_of(request))
            case "POST", "/number/cancel":
                return self.cancel(form_of(request))
        return answer(404, {"type": "not-found", "title": "Not Found"})

    def search(self, query: Fields) -> Response:
        assert query["features"] == "SMS"
        kind = VONAGE_KINDS[query["type"]] if "type" in query else None
        return self.page(self.found(query["country"], kind, "", 1000), query)

    def page(self, wares: list[Ware], query: Fields) -> Response:
        pattern, strategy = query.get("pattern", ""), query.get("search_pattern", "0")
        fits: dict[str, Callable[[str], bool]] = {
            "0": lambda msisdn: msisdn.startswith(pattern),
            "1": lambda msisdn: pattern in msisdn,
            "2": lambda msisdn: msisdn.endswith(pattern),
        }
        wanted = [ware for ware in wares if fits[strategy](ware.number[1:])]
        size, index = int(query.get("size", "10")), int(query.get("index", "1"))
        if not wanted:
            return answer(200, {})  # as Vonage does
        listed = [self.shown(ware) for ware in wanted[(index - 1) * size : index * size]]
        return answer(200, {"count": len(wanted), "numbers": listed})

    def shown(self, ware: Ware) -> dict[str, Any]:
        types = {kind: name for name, kind in VONAGE_KINDS.items()}
        shown: dict[str, Any] = {"country": ware.country, "msisdn": ware.number[1:], "type": types[ware.kind]}
        shown |= {"features": [name.upper() for name in ware.able]}
        return shown | ({"moHttpUrl": ware.url} if ware.number in self.account else {"cost": ware.price})

    def buy(self, form: Fields) -> Response:
        number = "+" + form["msisdn"]
        ware = self.stock.get(number)
        if number in self.papers:
            return self.outcome(
                "420",
                "Numbers from this country can be requested from the Dashboard "
                "(https://dashboard.nexmo.com/buy-numbers) as they require a valid local address to be provided "
                "before being purchased.",
            )
        if self.broke:
            return self.outcome("420", "Insufficient balance")
        if ware is None or ware.country != form["country"]:
            return self.outcome("420", "method failed")
        self.sell(number)
        return self.outcome("200", "success")

    def update(self, form: Fields) -> Response:
        ware = self.account.get("+" + form["msisdn"])
        if ware is None or ware.country != form["country"] or not self.probe(form.get("moHttpUrl", "")):
            return self.outcome("420", "method failed")
        ware.url = form.get("moHttpUrl", "")
        return self.outcome("200", "success")

    def cancel(self, form: Fields) -> Response:
        gone = self.account.pop("+" + form["msisdn"], None)
        return self.outcome("200", "success") if gone else self.outcome("420", "method failed")
