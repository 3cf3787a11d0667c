"""Pin every installed version by name in ``[tool.uv] constraint-dependencies``.

``uv.lock`` records the addresses of registries and stays out of the repository; this writes the
same set as names and versions. Run ``uv run python scripts/pin.py`` after changing dependencies.
"""

import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
_BLOCK = re.compile(r"\n*\[tool\.uv\]\nconstraint-dependencies = \[\n.*?\n\]\n", re.S)


def resolved_versions() -> list[str]:
    """Return ``name==version`` (with its marker, if any) of the whole resolved set, sorted."""
    exported = subprocess.run(
        [
            "uv",
            "export",
            "--all-extras",
            "--no-hashes",
            "--no-emit-project",
            "--no-annotate",
            "--no-header",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT.parent,
    ).stdout
    return sorted(line.strip() for line in exported.splitlines() if "==" in line)


def main() -> None:
    """Rewrite the block."""
    pins = "".join(f"    {_toml_string(pin)},\n" for pin in resolved_versions())
    text = _BLOCK.sub("\n", PROJECT.read_text(encoding="utf-8")).rstrip("\n")
    PROJECT.write_text(
        f"{text}\n\n[tool.uv]\nconstraint-dependencies = [\n{pins}]\n", encoding="utf-8"
    )


def _toml_string(pin: str) -> str:
    return f"'{pin}'" if '"' in pin else f'"{pin}"'


if __name__ == "__main__":
    main()
