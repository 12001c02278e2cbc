"""Set-up of the window's tests: no display is needed."""

import os

# Before the first QApplication; a display of the developer's is never used by accident.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
