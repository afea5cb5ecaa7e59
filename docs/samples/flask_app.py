"""Flask: pip install flask smsgateway-sdk; SMSGATEWAY_SECRET=whsec_… python flask_app.py"""

import os

from flask import Flask, request

from smsgw import WebhookVerificationError, webhooks

SECRET = os.environ["SMSGATEWAY_SECRET"]
app = Flask(__name__)


@app.post("/sms")
def sms() -> tuple[str, int]:
    try:
        event = webhooks.verify(request.get_data(), request.headers, SECRET)
    except WebhookVerificationError:
        return "", 401
    print(event.id, event.type, event.data)  # event.id is the same on every retry: keep it, and drop repeats
    return "", 204


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "8080")))
