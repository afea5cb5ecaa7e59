"""Twilio's shop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from tests.live import Request
from tests.shops import Fields, Response, Shop, Ware, answer, basic, form_of, query_of

TWILIO_KINDS = {"Mobile": "mobile", "Local": "geographic", "TollFree": "tollFree"}


@dataclass
class TwilioShop(Shop):
    """AvailablePhoneNumbers and IncomingPhoneNumbers of one account, two numbers a page."""

    credentials: ClassVar[dict[str, str]] = {
        "authToken": "0123456789abcdeffedcba9876543210",
        "accountSid": "AC" + "0123456789abcdef" * 2,
    }
    countries: tuple[str, ...] = ("FR", "GB", "US")
    page_size: int = 2

    def too_many(self) -> Response:
        return self.no(429, 20429, "Too Many Requests")

    def no(self, status: int, code: int, message: str) -> Response:
        more = f"https://www.twilio.com/docs/errors/{code}"
        return answer(status, {"code": code, "message": message, "more_info": more, "status": status})

    def serve(self, request: Request) -> Response:
        sid, token = self.credentials["accountSid"], self.credentials["authToken"]
        if request.headers.get("authorization") != basic(sid, token):
            return self.no(401, 20003, "Authenticate")
        path = unquote(urlsplit(request.path).path).removesuffix(".json")
        match request.method, path.removeprefix(f"/2010-04-01/Accounts/{sid}/").split("/"):
            case "GET", ["AvailablePhoneNumbers", country, kind] if kind in TWILIO_KINDS:
                return self.search(country, kind, query_of(request))
            case "GET", ["IncomingPhoneNumbers"]:
                return self.list(path, query_of(request))
            case "POST", ["IncomingPhoneNumbers"]:
                return self.buy(form_of(request))
            case method, ["IncomingPhoneNumbers", ref]:
                return self.one(method, ref, form_of(request))
        return self.no(404, 20404, f"The requested resource {path}.json was not found")

    def search(self, country: str, kind: str, query: Fields) -> Response:
        if country not in self.countries:
            return self.no(404, 20404, f"/AvailablePhoneNumbers/{country}/{kind}.json was not found")
        limit = int(query.get("PageSize", "30"))
        found = self.found(country, TWILIO_KINDS[kind], query.get("Contains", ""), limit)
        listed = [
            {
                "friendly_name": ware.number,
                "phone_number": ware.number,
                "locality": ware.place,
                "region": None,
                "iso_country": ware.country,
                "address_requirements": "any" if ware.number in self.papers else "none",
                "beta": False,
                "capabilities": {
                    "voice": "voice" in ware.able,
                    "SMS": "sms" in ware.able,
                    "MMS": "mms" in ware.able,
                },
            }
            for ware in found
        ]
        return answer(200, {"available_phone_numbers": listed, "uri": "/2010-04-01/…"})

    def shown(self, ware: Ware) -> dict[str, Any]:
        sid = self.credentials["accountSid"]
        return {
            "sid": ware.ref,
            "account_sid": sid,
            "phone_number": ware.number,
            "friendly_name": ware.number,
            "sms_url": ware.url,
            "sms_method": "POST",
            "sms_application_sid": "",
            "capabilities": {name: name in ware.able for name in ("voice", "sms", "mms", "fax")},
            "date_created": "Thu, 26 Nov 2026 00:00:00 +0000",
            "date_updated": "Thu, 26 Nov 2026 00:00:00 +0000",
            "status": "in-use",
            "uri": f"/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers/{ware.ref}.json",
        }

    def list(self, path: str, query: Fields) -> Response:
        wanted = [ware for ware in self.account.values() if query.get("PhoneNumber", "") in ware.number]
        page = int(query.get("Page", "0"))
        start = page * self.page_size
        kept = "".join(f"{name}={value}&" for name, value in query.items() if name != "Page")
        more = start + self.page_size < len(wanted)
        following = f"{path}.json?{kept.replace('+', '%2B')}Page={page + 1}" if more else None
        document = {
            "incoming_phone_numbers": [self.shown(w) for w in wanted[start : start + self.page_size]],
            "next_page_uri": following,
            "page": page,
            "uri": path,
        }
        return answer(200, document)

    def buy(self, form: Fields) -> Response:
        number = form["PhoneNumber"]
        if self.broke:
            return self.no(401, 20005, "Account not active")
        if number in self.papers and not form.get("BundleSid"):
            return self.no(400, 21649, "Bundle required and not provided")
        if number not in self.stock:
            return self.no(400, 21422, f"PhoneNumber {number} is not available")
        ware = self.sell(number)
        ware.ref, ware.url = f"PN{len(self.sales):032x}", form.get("SmsUrl", "")
        return answer(201, self.shown(ware))

    def one(self, method: str, ref: str, form: Fields) -> Response:
        ware = next((ware for ware in self.account.values() if ware.ref == ref), None)
        if ware is None:
            return self.no(404, 20404, f"/IncomingPhoneNumbers/{ref}.json was not found")
        if method == "DELETE":
            del self.account[ware.number]
            return answer(204)
        ware.url = form.get("SmsUrl", ware.url)
        return answer(200, self.shown(ware))
