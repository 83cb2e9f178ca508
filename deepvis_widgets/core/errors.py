"""Errors as sentences: what a user reads when something was wrong."""


class DeepvisError(ValueError):
    """Bad input, told in one sentence: what was wrong, what is accepted.

    >>> import deepvis_widgets as dv
    >>> dv.load("husky")
    Traceback (most recent call last):
    deepvis_widgets.core.errors.DeepvisError: There is no network "husky"; near names are husky-wolf.
    """


class Cancelled(Exception):
    """Nobody wants the answer any more; `report` raises it inside a method to end the computation.

    >>> import deepvis_widgets as dv
    >>> def stop(fraction, partial=None):
    ...     raise dv.Cancelled
    >>> try:
    ...     stop(0.5)
    ... except dv.Cancelled:
    ...     print("nothing to show")
    nothing to show
    """


def sentence(error: BaseException, doing: str) -> str:
    """Returns one sentence for any exception; `doing` says what was tried, e.g. "running lrp".

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
