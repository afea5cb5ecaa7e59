"""Write the made files of both SDKs from an OpenAPI document on standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from generate import python, typescript
from generate.reading import Schema, read

HERE = Path(__file__).resolve().parent.parent
PYTHON, TYPESCRIPT = HERE / "python" / "src" / "smsgw", HERE / "typescript" / "src"


def made(document: Schema) -> dict[Path, str]:
    """Each file's text by its path."""
    api = read(document)
    return {
        **{PYTHON / name: tidy(text) for name, text in python.files(api).items()},
        **{TYPESCRIPT / name: text for name, text in typescript.files(api).items()},
    }


def tidy(text: str) -> str:
    """As ruff lays it out, without the imports that this description does not need."""
    fix = ["check", "--quiet", "--fix", "--select", "F401,I", "--ignore-noqa", "-"]
    for arguments in (fix, ["format", "--quiet", "-"]):
        command = [sys.executable, "-m", "ruff", *arguments]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    return text


if __name__ == "__main__":
    for path, text in made(json.load(sys.stdin)).items():
        path.write_text(text)
