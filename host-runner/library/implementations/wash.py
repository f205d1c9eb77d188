"""Drives wash, which runs components as services and never ends by itself.

python wash.py version WASH
python wash.py run WASH COMPONENT
python wash.py serve WASH COMPONENT PORT

Each works in the folder that it is started in, which is wash's home and project.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading

# What wash logs once the guest has ended, and our exit code then. `run` that returned
# an error exits successfully too: the last line of the guest tells.
RETURNED = "service exited successfully"
ENDINGS = {"service execution failed": 134, "panicked at": 101}


def configure(component, port, service):
    """The project: a component that is built already."""
    settings = {
        "build": {"command": "true", "component_path": component},
        "dev": {"address": f"127.0.0.1:{port}", "service": service},
    }
    project = pathlib.Path(".wash")
    project.mkdir(exist_ok=True)
    # JSON is YAML too.
    (project / "config.yaml").write_text(json.dumps(settings))
    # It writes to its home, which no other trial shares.
    return {**os.environ, "HOME": os.getcwd(), "NO_COLOR": "1"}


def command(wash):
    return [wash, "-C", os.getcwd(), "--non-interactive", "dev"]


def run(wash, component):
    # It serves HTTP besides, at any port: nobody asks.
    environment = configure(component, 0, service=True)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command(wash), env=environment, **pipes)
    last = [b""]

    def pass_on():
        for line in process.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            last[0] = line

    output = threading.Thread(target=pass_on)
    output.start()
    code = None
    for line in process.stderr:
        sys.stderr.buffer.write(line)
        text = line.decode(errors="replace")
        if RETURNED in text:
            code = 0
            break
        code = next((it for end, it in ENDINGS.items() if end in text), None)
        if code is not None:
            break
    if code is None:
        # It ended before the guest did.
        sys.exit(process.wait() or 1)
    process.kill()
    # What the guest has printed is in the pipe.
    output.join()
    sys.stderr.flush()
    sys.exit(code or not is_end_of_success(last[0]))


def is_end_of_success(line):
    try:
        return json.loads(line) == {"end": "ok"}
    except ValueError:
        return False


def serve(wash, component, port):
    environment = configure(component, port, service=False)
    os.execvpe(wash, command(wash), environment)


verb, wash, *rest = sys.argv[1:]
if verb == "version":
    sys.exit(subprocess.run([wash, "--version"], check=False).returncode)
elif verb == "run":
    run(wash, *rest)
elif verb == "serve":
    serve(wash, *rest)
else:
    sys.exit(f"there is no {verb}")
