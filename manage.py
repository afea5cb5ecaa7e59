#!/usr/bin/env python
"""Django's command line for smsgateway."""

import os
import sys

import smsgateway  # noqa: F401  first, so that `numbers` is both the app and the stdlib module


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smsgateway.settings")
    from django.core.management import execute_from_command_line  # after the settings are named

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
