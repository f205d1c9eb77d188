"""Writes the manifest of the C guest next to its component."""

import hashlib
import json
import pathlib
import sys

SECTION = "wasi-tcp-conformance:cases"


def number(data, at):
    """An unsigned LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def section(module):
    """The text of the section in which the macro TOPIC lists the cases."""
    at, text = 8, b""
    while at < len(module):
        kind = module[at]
        size, start = number(module, at + 1)
        at = start + size
        if kind == 0:
            length, name = number(module, start)
            if module[name : name + length].decode() == SECTION:
                text += module[name + length : at]
    return text.decode()


def topics(module):
    """The cases of each topic, in the order of its table."""
    found = {}
    for line in section(module).replace("\0", "").split():
        topic, case = line.split("::")
        found.setdefault(topic, []).append(case)
    if not found:
        sys.exit(f"the module lacks the section {SECTION}")
    return found


def digest(sources):
    """The hash over the files that decide the component, by their sorted names."""
    whole = hashlib.sha256()
    for name, path in sorted(sources.items()):
        data = path.read_bytes()
        whole.update(f"{name}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()


here, core, out = map(pathlib.Path, sys.argv[1:4])
sources = {path.name: path for path in here.iterdir() if path.is_file() and path.suffix != ".md"}
component = (out / "c.wasm").read_bytes()
manifest = {
    "guest": "c",
    "language": "C17",
    "toolchain": sys.argv[4],
    "generation": "0.2",
    "sources": digest(sources),
    "component": "c.wasm",
    "sha256": hashlib.sha256(component).hexdigest(),
    "topics": topics(core.read_bytes()),
}
(out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
