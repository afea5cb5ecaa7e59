"""Telnyx's shop."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from tests.live import Request
from tests.shops import Fields, Response, Shop, Ware, answer, query_of

TELNYX_KINDS = {
    "mobile": "mobile",
    "local": "geographic",
    "toll_free": "tollFree",
    "national": "nonGeographic",
}


@dataclass
class TelnyxShop(Shop):
    """Orders are decided when they are looked at for the `patience`th time."""

    credentials: ClassVar[dict[str, str]] = {
        "publicKey": "e18xlVDpcpSuJvphigOUqi4DDLkzoTJTfnQrOuVBTLg=",
        "apiKey": "KEY0123456789ABCDEF_abcdefghijklmnop",
        "messagingProfileId": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    }
    patience: int = 1
    orders: list[dict[str, Any]] = field(default_factory=list)
    looks: int = 0  # at the latest order
    profile: dict[str, Any] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)  # profile by id of the number

    def too_many(self) -> Response:
        return self.no(429, "10011", "Too many requests", "You have exceeded the maximum number of requests.")

    def no(self, status: int, code: str, title: str, detail: str = "") -> Response:
        return answer(status, {"errors": [{"code": code, "title": title, "detail": detail}]})

    def serve(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer " + self.credentials["apiKey"]:
            return self.no(401, "10009", "Authentication failed", "Could not understand the credentials.")
        query = query_of(request)
        body = json.loads(request.body) if request.body else {}
        path = unquote(urlsplit(request.path).path).removeprefix("/v2/")
        match request.method, path.split("/"):
            case "GET", ["available_phone_numbers"]:
                return self.search(query)
            case "POST", ["number_orders"]:
                return self.place(body)
            case "GET", ["number_orders"]:
                reference = query.get("filter[customer_reference]")
                orders = [o for o in self.orders if reference in (None, o["customer_reference"])]
                return self.page([o for o in orders if o["phone_numbers_count"]], query)
            case "GET", ["number_orders", id]:
                return self.look(id)
            case "GET", ["phone_numbers"]:
                wanted = query.get("filter[phone_number]", "")
                return self.page([self.shown(w) for w in self.account.values() if wanted in w.number], query)
            case "DELETE", ["phone_numbers", ref]:
                return self.delete(ref)
            case "PATCH", ["phone_numbers", ref, "messaging"]:
                self.members[ref] = body["messaging_profile_id"]
                return answer(200, {"data": {"id": ref, "messaging_profile_id": self.members[ref]}})
            case "PATCH", ["messaging_profiles", id] if id == self.credentials["messagingProfileId"]:
                self.profile |= body
                return answer(200, {"data": {"id": id, "record_type": "messaging_profile", **self.profile}})
        return self.no(404, "10005", "Resource not found", "The requested resource could not be found.")

    def page(self, rows: list[dict[str, Any]], query: Fields) -> Response:
        number, size = int(query.get("page[number]", "1")), int(query.get("page[size]", "20"))
        meta = {"page_number": number, "page_size": size, "total_pages": -(-len(rows) // size)}
        meta["total_results"] = len(rows)
        return answer(200, {"data": rows[(number - 1) * size : number * size], "meta": meta})

    def search(self, query: Fields) -> Response:
        kind = query.get("filter[phone_number_type]")
        contains = query.get("filter[phone_number][contains]", "")
        features = query.get("filter[features][]", query.get("filter[features]", ""))
        assert features == "sms", query
        limit = int(query.get("filter[limit]", "100"))
        kinds = TELNYX_KINDS[kind] if kind else None
        found = self.found(query["filter[country_code]"], kinds, contains, limit)
        if not found:
            return self.no(
                400, "10031", "No numbers available", "No numbers found matching the search criteria."
            )
        listed = [
            {
                "record_type": "available_phone_number",
                "phone_number": ware.number,
                "cost_information": {"monthly_cost": ware.price, "upfront_cost": "1.00", "currency": "USD"},
                "features": [{"name": name} for name in ware.able],
                "region_information": [
                    {"region_type": "country_code", "region_name": ware.country},
                    {"region_type": "location", "region_name": ware.place},
                ],
                "best_effort": False,
                "reservable": True,
            }
            for ware in found
        ]
        return answer(200, {"data": listed, "meta": {"total_results": len(listed), "best_effort_results": 0}})

    def place(self, body: dict[str, Any]) -> Response:
        [wanted] = body["phone_numbers"]
        number = wanted["phone_number"]
        if self.broke:
            return self.no(402, "20100", "Insufficient Funds", "You do not have enough funds for this order.")
        if number not in self.stock:
            return self.no(422, "85001", "Phone number unavailable", f"{number} can no longer be ordered.")
        met = number not in self.papers
        order = {
            "id": f"12ade33a-21c0-473b-b055-{len(self.orders):012d}",
            "record_type": "number_order",
            "status": "pending",
            "phone_numbers": [{"phone_number": number, "status": "pending", "requirements_met": met}],
            "phone_numbers_count": 1,
            "requirements_met": met,
            "customer_reference": body.get("customer_reference"),
            "messaging_profile_id": body.get("messaging_profile_id"),
            "created_at": "2026-11-26T00:00:00.000000Z",
        }
        self.orders.append(order)
        self.looks = 0
        return answer(200, {"data": order})

    def look(self, id: str) -> Response:
        order = next((order for order in self.orders if order["id"] == id), None)
        if order is None:
            return self.no(404, "10005", "Resource not found", "The requested resource could not be found.")
        self.looks += 1
        if order["status"] == "pending" and order["requirements_met"] and self.looks >= self.patience:
            self.decide(order)
        return answer(200, {"data": order})

    def decide(self, order: dict[str, Any]) -> None:
        number = order["phone_numbers"][0]["phone_number"]
        if number not in self.stock:
            order["status"] = "failure"
            return
        ware = self.sell(number)
        ware.ref = f"129384326107573{len(self.sales):04d}"
        self.members[ware.ref] = order["messaging_profile_id"]
        order["status"] = "success"

    def shown(self, ware: Ware) -> dict[str, Any]:
        return {
            "id": ware.ref,
            "record_type": "phone_number",
            "phone_number": ware.number,
            "country_iso_alpha2": ware.country,
            "status": "active",
            "messaging_profile_id": self.members.get(ware.ref),
        }

    def delete(self, ref: str) -> Response:
        ware = next((ware for ware in self.account.values() if ware.ref == ref), None)
        if ware is None:
            return self.no(404, "10005", "Resource not found", "The requested resource could not be found.")
        del self.account[ware.number]
        return answer(200, {"data": self.shown(ware)})
