"""What a process remembers of what it read: bounded, the newest kept."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Memory(OrderedDict[_Key, _Value]):
    """A dictionary that forgets what was written longest ago when it would hold more than `entries_max` entries."""

    def __init__(self, entries_max: int) -> None:
        super().__init__()
        self._entries_max = entries_max

    def __setitem__(self, key: _Key, value: _Value) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._entries_max:
            self.popitem(last=False)

    def recall(self, keys: Iterable[_Key]) -> tuple[dict[_Key, _Value], set[_Key]]:
        """Give what is known of some keys, and the keys of which nothing is."""
        known: dict[_Key, _Value] = {}
        unknown: set[_Key] = set()
        for key in keys:
            if key in self:
                known[key] = self[key]
            else:
                unknown.add(key)
        return known, unknown
