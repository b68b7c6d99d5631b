"""Pays tips for a person, within what the person allowed: community.py TIP_ID=AUTHOR=AMOUNT ….

With TOKEN, an access token with coins:spend that the person granted; or with LOOPBANK_API_KEY, a key with a limit, and
FAN, the user id of whoever tips. TIP_ID names the click that asks for the tip: a page sent twice tips once.
"""

import asyncio
import os
import sys

from loopbank_client import AsyncBank, InsufficientCoins, SpendLimitReached


async def tip(bank: AsyncBank, tip_id: str, author: str, amount: str) -> str:
    """Pay one tip, once per tip id."""
    try:
        await bank.transfer(amount, to_user=author, from_user=os.environ.get("FAN"), reason="Tip", key=f"tip:{tip_id}")
    except SpendLimitReached:
        return "is more than is left of the limit"
    except InsufficientCoins:
        return "is more than there is"
    return "is paid"


async def main() -> None:
    """Pay all tips at once; each is answered for itself."""
    tips = [one.split("=") for one in sys.argv[1:]]
    token, api_key = os.environ.get("TOKEN"), os.environ.get("LOOPBANK_API_KEY")
    async with AsyncBank(os.environ["LOOPBANK_URL"], token=token, api_key=api_key) as bank:
        answers = await asyncio.gather(*(tip(bank, *one) for one in tips))
    for (tip_id, _, amount), answer in zip(tips, answers, strict=True):
        print(tip_id, amount, answer)


if __name__ == "__main__":
    asyncio.run(main())
