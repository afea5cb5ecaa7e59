# This app shares its name with a stdlib module that decimal and random need, so it is both:
# the stdlib's own source runs here, and smsgateway/__init__.py lends our folder to a copy loaded earlier.
import os
import sysconfig

with open(os.path.join(sysconfig.get_path("stdlib"), "numbers.py"), encoding="utf-8") as source:
    exec(compile(source.read(), source.name, "exec"))  # noqa: S102
