"""Django: pip install django smsgateway-sdk; SMSGATEWAY_SECRET=whsec_… python django_app.py

A project in one file; in yours, only the view and its address are new.
"""

import os

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from smsgw import WebhookVerificationError, webhooks

SECRET = os.environ["SMSGATEWAY_SECRET"]


@csrf_exempt  # the signature says who it is, not a cookie
@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    try:
        event = webhooks.verify(request.body, request.headers, SECRET)
    except WebhookVerificationError:
        return HttpResponse(status=401)
    print(event.id, event.type, event.data)  # event.id is the same on every retry: keep it, and drop repeats
    return HttpResponse(status=204)


urlpatterns = [path("sms", sms)]

if __name__ == "__main__":
    settings.configure(
        ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1", "localhost"], SECRET_KEY=os.urandom(32).hex()
    )
    execute_from_command_line(["", "runserver", "--noreload", os.environ.get("PORT", "8080")])
