"""What a process remembers: bounded, the newest kept."""

from loopbank.foundation.memory import Memory


def test_the_oldest_is_forgotten_when_there_is_no_room() -> None:
    memory: Memory[str, int] = Memory(2)
    memory.update({"one": 1, "two": 2})
    memory["one"] = 11
    memory["three"] = 3
    assert dict(memory) == {"one": 11, "three": 3}


def test_it_says_what_it_knows_and_what_must_be_read() -> None:
    memory: Memory[str, str] = Memory(10)
    memory["runner"] = ""
    assert memory.recall(["runner", "fixer", "fixer"]) == ({"runner": ""}, {"fixer"})
