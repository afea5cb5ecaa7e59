from django.apps import AppConfig
from django.conf import settings

from accounts import encryption


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # A malformed key stops the start of every process, not the first text that needs it.
        encryption.wrapping_keys(settings.ENCRYPTION_KEYS)
        encryption.secret("INDEX_KEY", settings.INDEX_KEY)
