"""The component: a command that observes one case.

`componentize-py` calls the class that is named after the exported interface.
"""

import topics  # noqa: F401  (fills the table of cases)
from support import report


class WasiCliRun026:
    """The export `wasi:cli/run@0.2.6`."""

    def run(self):
        report.run()
