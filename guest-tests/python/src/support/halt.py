"""Why a case ends early."""


class Halt(Exception):
    """Ends a case before it returns what it observes."""


class Blocked(Halt):
    """A step of the set-up failed."""

    def __init__(self, step, code):
        super().__init__(step, code)
        self.step = step
        self.code = code


class Observed(Halt):
    """The case has seen all there is to see."""

    def __init__(self, value):
        super().__init__(value)
        self.value = value


class Refused(Halt):
    """The runner did not pass what the case needs."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason
