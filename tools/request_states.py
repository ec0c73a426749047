"""The life of a request: which state may follow which, and which of them stop the clock."""

NEW, OPEN, PENDING, HOLD = "new", "open", "pending", "hold"
SOLVED, CLOSED, CANCELLED = "solved", "closed", "cancelled"

STATES = (NEW, OPEN, PENDING, HOLD, SOLVED, CLOSED, CANCELLED)
# somebody still has to do something
LIVE = (NEW, OPEN, PENDING, HOLD)
# nobody works on it: the interval until the next move is no working time
PAUSES = (PENDING, HOLD, SOLVED)
ENDS = (CLOSED, CANCELLED)

MOVES = {
    NEW: {OPEN, PENDING, HOLD, SOLVED, CLOSED, CANCELLED},
    OPEN: {PENDING, HOLD, SOLVED, CLOSED, CANCELLED},
    PENDING: {OPEN, HOLD, SOLVED, CLOSED, CANCELLED},
    HOLD: {OPEN, PENDING, SOLVED, CLOSED, CANCELLED},
    SOLVED: {OPEN, CLOSED},
    CLOSED: {OPEN},
    CANCELLED: {OPEN},
}


def can_move(before: str, after: str) -> bool:
    """Tell whether a request may go from one state to another."""
    return after in MOVES[before]


def is_reopening(before: str, after: str) -> bool:
    """Tell whether a move takes work up again that was done."""
    return before in (SOLVED, *ENDS) and after == OPEN
