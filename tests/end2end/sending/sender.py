"""The program, ended by SIGKILL at one moment of a submission: `sender.py MOMENT WORDS...` with the words of a verb.

MOMENT is "before intent", "after intent", "after answer" (its outcome is not recorded yet), or "after
outcome" (the history does not know it yet).
"""

import os
import signal
import sys
from typing import NoReturn

from sescomposer.__main__ import run
from sescomposer.services.ports import Intent, Outcome, SubmissionRecord
from sescomposer.store.history import HistoryIndex
from sescomposer.store.submissions import SubmissionLog


def end(*_: object) -> NoReturn:
    """End this process as nobody can prevent."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("it goes on after SIGKILL")


def end_after_intent(log: SubmissionLog, intent: Intent) -> None:
    """Record, then end."""
    _record_intent(log, intent)
    end()


def end_before_outcome(index: HistoryIndex, record: SubmissionRecord, text: str = "") -> None:
    """Take up what was begun, end where it is to take up how that ended."""
    if record.outcome is not None:
        end()
    _put(index, record, text)


def end_instead(log: SubmissionLog, outcome: Outcome) -> None:
    """Do not record."""
    end()


_record_intent, _put = SubmissionLog.record_intent, HistoryIndex.put
MOMENTS = {
    "before intent": (SubmissionLog, "record_intent", end),
    "after intent": (SubmissionLog, "record_intent", end_after_intent),
    "after answer": (SubmissionLog, "record_outcome", end_instead),
    "after outcome": (HistoryIndex, "put", end_before_outcome),
}

if __name__ == "__main__":
    place, name, function = MOMENTS[sys.argv[1]]
    setattr(place, name, function)
    sys.exit(run(sys.argv[2:]))
