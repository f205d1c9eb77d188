"""Drives Spin: an application has a manifest, which names the policy.

python spin.py prepare COMPONENT FOLDER

FOLDER then has the component, and a manifest for each policy. A manifest names the
component by a path relative to itself, so the folder can be moved.
"""

import pathlib
import shutil
import sys

# What a component may connect to under each policy; whatever this says, Spin refuses to bind.
POLICIES = {
    "no-bind": '["tcp://*:*"]',
    "denied-addresses": "[]",
}

MANIFEST = """\
spin_manifest_version = 2

[application]
name = "conformance"
version = "0.1.0"

[[trigger.http]]
route = "/..."
component = "guest"

[component.guest]
source = "guest.wasm"
allowed_outbound_hosts = {allowed}
"""


def prepare(component, folder):
    folder = pathlib.Path(folder)
    folder.mkdir()
    shutil.copyfile(component, folder / "guest.wasm")
    for policy, allowed in POLICIES.items():
        text = MANIFEST.format(allowed=allowed)
        (folder / f"{policy}.toml").write_text(text, encoding="utf-8")


match sys.argv[1:]:
    case ["prepare", component, folder]:
        prepare(component, folder)
    case _:
        sys.exit(__doc__)
