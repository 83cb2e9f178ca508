"""Errors as sentences: what a user reads when something was wrong."""


class DeepvisError(ValueError):
    """Bad input, told in one sentence: what was wrong, what is accepted."""


class Cancelled(Exception):
    """Nobody wants the answer any more."""


def sentence(error: BaseException, doing: str) -> str:
    """One sentence for any exception; `doing` says what was tried, e.g. "running lrp".

    >>> sentence(ValueError("no luck"), "running lrp")
    'Something failed while running lrp: ValueError: no luck'
    """
    if isinstance(error, DeepvisError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"Memory ran out while {doing}."
    reason = " ".join(str(error).split()) or "no reason given"
    if len(reason) > 300:
        reason = reason[:297] + "..."
    return f"Something failed while {doing}: {type(error).__name__}: {reason}"
