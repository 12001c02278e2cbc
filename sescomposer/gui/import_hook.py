"""What Qt's binding does at each import, and what of that we spare the start.

From its first module on the binding reads the source of every module that any import statement names, to learn whether
it may want another spelling of Qt's names (`__feature__`). Nothing of ours does, and 70 sources are 7 ms of a start.
"""

import sys

import PySide6.QtCore  # noqa: F401  its import puts the hook in place

_HOOK = "shibokensupport.feature"
_QUESTION = "_mod_uses_pyside"


def spare_sources() -> bool:
    """Let the binding take every module for one that keeps Qt's own spelling; False where it has no such question."""
    hook = sys.modules.get(_HOOK)
    if hook is None or not hasattr(hook, _QUESTION):
        # Another version of the binding: then it reads on, which is slower and no more.
        return False
    setattr(hook, _QUESTION, _keeps_spelling)
    return True


def _keeps_spelling(module: object) -> bool:
    del module
    return False
