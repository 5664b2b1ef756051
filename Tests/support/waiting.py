"""Deadlines instead of sleeps."""
import time


def until(condition, seconds=20):
    """Whether `condition()` became true in time; what is told to one connection may reach another a moment later."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
