"""A small web shop where one signs in with a phone number and a code: the code goes out as a text.

pip install flask smsgateway-sdk; SMSGATEWAY_URL=… SMSGATEWAY_API_KEY=sk_test_… python shop.py

In a sandbox nobody sends: `simulate_messages` brings the text as a carrier would. In earnest your own way of sending
texts stands there.
"""

import os
import secrets

from flask import Flask, redirect, render_template_string, request, session
from werkzeug.wrappers import Response

from smsgw import Client

PAGE = """<!doctype html>
<html lang="en">
<title>Corner Shop</title>
<main>
<h1>{{ heading }}</h1>
{% if wrong %}<p role="alert">That is not the code.</p>{% endif %}
{% if phone is none %}<p>Good to see you, {{ session["customer"] }}.</p>
{% elif phone == "" %}
<form method="post" action="/code">
<label>Phone number <input name="phone" type="tel" required></label>
<button>Send me a code</button>
</form>
{% else %}
<form method="post" action="/sign-in">
<input name="phone" type="hidden" value="{{ phone }}">
<label>Code <input name="code" inputmode="numeric" autocomplete="one-time-code" required></label>
<button>Sign in</button>
</form>
{% endif %}
</main>
</html>
"""

app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)
gateway = Client(mode="sandbox")
codes: dict[str, str] = {}  # by phone number: the latest one that was sent there


@app.get("/")
def door() -> str:
    return render_template_string(PAGE, heading="Sign in", phone="")


@app.post("/code")
def send_code() -> str:
    phone, code = request.form["phone"], f"{secrets.randbelow(1_000_000):06}"
    codes[phone] = code
    gateway.sandbox.simulate_messages(
        number_used=phone, sender_id="CornerShop", content=f"{code} is your Corner Shop code"
    )
    return render_template_string(PAGE, heading="Check your phone", phone=phone)


@app.post("/sign-in")
def sign_in() -> str | Response:
    phone, code = request.form["phone"], request.form["code"]
    if not secrets.compare_digest(codes.get(phone, ""), code):
        return render_template_string(PAGE, heading="Check your phone", phone=phone, wrong=True)
    del codes[phone]
    session["customer"] = phone
    return redirect("/shop")


@app.get("/shop")
def shop() -> str | Response:
    if "customer" not in session:
        return redirect("/")
    return render_template_string(PAGE, heading="Corner Shop", phone=None)


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")))
