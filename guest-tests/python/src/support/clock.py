"""Time. No verdict depends on how fast a runtime or a machine is.

A call that must not block needs no clock. If it blocks, it waits for a peer, which is this
guest, so it never returns: the trial ends at its time limit, and the step in the report
tells which call it was.

What must happen is given a long time in which nothing else happens. What must not happen
is given a short time: if it happens later, no case notices, but none blames a slow runtime
either. All times are in nanoseconds.
"""

from .bindings import now, poll, subscribe_duration

SECOND = 1_000_000_000

# How long to wait for what must not happen.
MOMENT = 25_000_000

# What a case observes about a call that must not block, and returned.
AT_ONCE = True


class Patience:
    """How long to wait for what must happen. On the loopback address, it happens within
    milliseconds, or never.

    The time is halved whenever it runs out. However many waits follow each other, together
    they take less than 24 s, and a trial may take 30 s.
    """

    time = 12 * SECOND

    @classmethod
    def lose(cls):
        cls.time //= 2


def gets_ready(pollable):
    """Waits until a pollable is ready; returns `False` if patience runs out."""
    return bool(ready_of([pollable]))


def one_gets_ready(pollables):
    """Waits until one of them is ready; returns `False` if patience runs out."""
    return bool(ready_of(pollables))


def ready_of(pollables):
    """Waits until one of the pollables is ready; returns what `poll` reports of them, and
    nothing if patience runs out."""
    with subscribe_duration(Patience.time) as timer:
        ready = [index for index in poll([*pollables, timer]) if index != len(pollables)]
    if not ready:
        Patience.lose()
    return ready


def resource_gets_ready(resource):
    """Subscribes to a socket or a stream, and waits until it is ready."""
    with resource.subscribe() as pollable:
        return gets_ready(pollable)


def ready_within_moment(pollable):
    """Whether a pollable gets ready within a moment."""
    with subscribe_duration(MOMENT) as timer:
        return 0 in poll([pollable, timer])


def resource_ready_within_moment(resource):
    """Subscribes to a socket or a stream; whether it gets ready within a moment."""
    with resource.subscribe() as pollable:
        return ready_within_moment(pollable)


def pause():
    """Waits for a moment."""
    with subscribe_duration(MOMENT) as timer:
        timer.block()


class Attempts:
    """Attempts of which one has to succeed.

    They end after many attempts, and no sooner than after a long time: a busy machine can
    hold up a guest for seconds between two attempts, and a fast guest makes thousands of
    them while a thread of the runtime waits for its turn.
    """

    MANY = 1000
    # As many where a moment passes between two.
    FEW = 20
    LONG = 5 * SECOND
    LONG_FOR_A_PROCESSOR = 2 * SECOND

    def __init__(self, many=MANY, at_least=LONG):
        self.count = 0
        self.many = many
        self.at_least = at_least
        self.start = now()

    def go_on(self):
        """Counts a failed attempt; returns whether to make another."""
        self.count += 1
        return self.count < self.many or now() - self.start < self.at_least


def succeeds(attempt):
    """Repeats an attempt until it succeeds; returns `False` if it never does."""
    return succeeds_within(Attempts(), attempt)


def succeeds_in_time(attempt):
    """Like `succeeds`, for what a host may do in its own time: a moment passes between two
    attempts."""

    def attempt_or_pause():
        if attempt():
            return True
        pause()
        return False

    return succeeds_within(Attempts(many=Attempts.FEW), attempt_or_pause)


def succeeds_soon(attempt):
    """Like `succeeds`, where nothing is waited for: what has to happen takes a host
    microseconds, and the attempts keep a processor busy, so they end sooner."""
    return succeeds_within(Attempts(at_least=Attempts.LONG_FOR_A_PROCESSOR), attempt)


class Repeated:
    """Attempts at what happens again and again, like those of `succeeds_soon`. How long it
    took before tells how long to wait: on an idle machine not as long as on a busy one."""

    LEAST = SECOND // 4
    # A guest that asks so often has had a processor for longer than a thread that wakes up
    # waits for one, however small the share of the process is.
    MANY = 20_000

    def __init__(self):
        self.longest = 0

    def succeeds(self, attempt):
        """Repeats an attempt until it succeeds; returns `False` if it never does."""
        at_least = max(self.LEAST, min(self.longest * 100, Attempts.LONG_FOR_A_PROCESSOR))
        attempts = Attempts(many=self.MANY, at_least=at_least)
        has_succeeded = succeeds_within(attempts, attempt)
        self.longest = max(self.longest, now() - attempts.start)
        return has_succeeded


def succeeds_within(attempts, attempt):
    """Repeats an attempt until it succeeds, or the attempts end."""
    while not attempt():
        if not attempts.go_on():
            return False
    return True


class Wait:
    """A wait for what must happen, where only asking again tells. The time between two
    attempts grows to a moment."""

    # However busy the machine is, so many attempts are made.
    LEAST = 20
    FIRST_PAUSE = 100_000

    def __init__(self):
        self.start = now()
        self.count = 0
        self.pause = self.FIRST_PAUSE

    def go_on(self):
        """Pauses after a failed attempt; returns whether to make another, or `False` if
        patience runs out."""
        self.count += 1
        if self.count > self.LEAST and now() - self.start > Patience.time:
            Patience.lose()
            return False
        with subscribe_duration(self.pause) as timer:
            timer.block()
        self.pause = min(self.pause * 2, MOMENT)
        return True
