"""Drives wasmtime-py: its package has no command line for components.

python wasmtime-py.py version
python wasmtime-py.py prepare COMPONENT PREPARED
python wasmtime-py.py run PREPARED CASE FAMILY
python wasmtime-py.py denied PREPARED CASE FAMILY
"""

import importlib.metadata
import pathlib
import sys

try:
    from wasmtime import Engine, Store, WasiConfig, _ffi
    from wasmtime.component import Component, Linker
except ImportError as error:
    sys.exit(f"the package wasmtime cannot be used: {error}")

RUN = "wasi:cli/run"


def version():
    print("wasmtime-py", importlib.metadata.version("wasmtime"))


def prepare(component, prepared):
    code = pathlib.Path(component).read_bytes()
    pathlib.Path(prepared).write_bytes(Component(Engine(), code).serialize())


def run(prepared, *words, allowed=True):
    engine = Engine()
    store = Store(engine)
    config = WasiConfig()
    config.argv = ["guest", *words]
    config.inherit_stdout()
    config.inherit_stderr()
    if allowed:
        _ffi.wasi_config_inherit_network(config.ptr())
    store.set_wasi(config)
    linker = Linker(engine)
    linker.add_wasip2()
    component = Component.deserialize_file(engine, prepared)
    instance = linker.instantiate(store, component)
    exports = component.type.exports(engine)
    name = next(it for it in exports if it.startswith(RUN))
    index = instance.get_export_index(store, "run", instance.get_export_index(store, name))
    function = instance.get_func(store, index)
    result = function(store)
    function.post_return(store)
    sys.exit(0 if result.tag == "ok" else 1)


verb, *rest = sys.argv[1:]
if verb == "version":
    version()
elif verb == "prepare":
    prepare(*rest)
elif verb == "run":
    run(*rest)
elif verb == "denied":
    run(*rest, allowed=False)
else:
    sys.exit(f"there is no {verb}")
