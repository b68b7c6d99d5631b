"""Rewards everybody who finished a course: course_platform.py COURSE USER_ID …."""

import os
import sys

from loopbank_client import Bank, KeyReused

REWARD = "25.00"


def reward(bank: Bank, course: str, learner: str) -> str:
    """Pay the reward once per learner and course, however often this is called."""
    try:
        paid = bank.pay_out(
            REWARD, treasury="COURSE", to_user=learner, reason=f"Course: {course}", key=f"course:{course}:{learner}"
        )
    except KeyReused:
        return "was rewarded before, when the reward was another"
    return f"got {paid.transaction.amount} coins, transaction {paid.transaction.id}"


def main() -> None:
    """Reward the learners that the course platform names."""
    course, *learners = sys.argv[1:]
    with Bank(os.environ["LOOPBANK_URL"], api_key=os.environ["LOOPBANK_API_KEY"]) as bank:
        for learner in learners:
            print(learner, reward(bank, course, learner))


if __name__ == "__main__":
    main()
