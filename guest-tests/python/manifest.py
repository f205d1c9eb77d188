"""Writes the manifest of the component: `manifest.py OUT`, where OUT has the component.

The topics are those of the table that the component finds its cases in: the sources are
imported here as they are there, without the binding, which only a component has.
"""

import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from unittest.mock import MagicMock

HERE = Path(__file__).parent

sys.path.insert(0, str(HERE / "src"))
sys.modules["support.bindings"] = MagicMock()

import topics  # noqa: E402, F401  (fills the table of cases)
from support.table import TOPICS  # noqa: E402

COMPONENT = "python.wasm"

# The version that this version of componentize-py brings.
LANGUAGE = "Python 3.14"


def main():
    out = Path(sys.argv[1])
    tools = " and ".join(f"{name} {version(name)}" for name in ("componentize-py", "spin-sdk"))
    manifest = {
        "guest": "python",
        "language": LANGUAGE,
        "toolchain": tools,
        "generation": "0.2",
        "sources": digest_of_sources(),
        "component": COMPONENT,
        "sha256": hashlib.sha256((out / COMPONENT).read_bytes()).hexdigest(),
        "topics": {topic: list(of_topic) for topic, of_topic in TOPICS.items()},
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def digest_of_sources():
    """The digest of all files that decide the component: of each the path, the length and the
    bytes, in the order of the paths."""
    files = [HERE / "build", HERE / "manifest.py", HERE / "requirements.txt"]
    files += (HERE / "src").rglob("*.py")
    digest = hashlib.sha256()
    for path, file in sorted((file.relative_to(HERE).as_posix(), file) for file in files):
        content = file.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


main()
