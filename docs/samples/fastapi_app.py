"""FastAPI: pip install fastapi uvicorn smsgateway-sdk; SMSGATEWAY_SECRET=whsec_… python fastapi_app.py"""

import os

import uvicorn
from fastapi import FastAPI, Request, Response

from smsgw import WebhookVerificationError, webhooks

SECRET = os.environ["SMSGATEWAY_SECRET"]
app = FastAPI()


@app.post("/sms")
async def sms(request: Request) -> Response:
    try:
        event = webhooks.verify(await request.body(), request.headers, SECRET)
    except WebhookVerificationError:
        return Response(status_code=401)
    print(event.id, event.type, event.data)  # event.id is the same on every retry: keep it, and drop repeats
    return Response(status_code=204)


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ.get("PORT", "8080")))
