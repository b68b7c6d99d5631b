"""Commands as hypothesis draws them: few names and keys, so that they meet; mostly possible, sometimes absurd."""

from hypothesis import strategies as st

from loopbank.coins import COINS_MAX, Coins
from loopbank.ledger.core import (
    AccountCode,
    AccountStatus,
    CaptureHold,
    ChangeStatus,
    Command,
    HoldId,
    Line,
    OpenAccount,
    PlaceHold,
    Post,
    PostingId,
    ReleaseHold,
    Reverse,
    TransferId,
)
from tests.ledger.stories import COIN, FIXER, HOUR, ISSUANCE, MEDTECH, NOON, RUNNER, SPINS, opening, payment

NOBODY = AccountCode("nobody")
WALLETS = (RUNNER, FIXER, MEDTECH)
SPINS_ISSUANCE = AccountCode("spins issuance")
SPINS_WALLET = AccountCode("spins")

OPENINGS: tuple[Command, ...] = (
    opening(ISSUANCE, floor=None),
    opening(SPINS_ISSUANCE, asset=SPINS, floor=None),
    opening(SPINS_WALLET, asset=SPINS),
    *(opening(code, floor=floor) for code, floor in zip(WALLETS, (0, 0, -20), strict=True)),
    payment("mint:runner", ISSUANCE, RUNNER, 100),
    payment("mint:fixer", ISSUANCE, FIXER, 50),
    payment("mint:spins", SPINS_ISSUANCE, SPINS_WALLET, 9),
)

often_a_wallet = st.sampled_from((*WALLETS * 4, ISSUANCE, ISSUANCE, SPINS_WALLET, NOBODY, AccountCode("newcomer")))
amounts = st.one_of(*[st.integers(1, 60)] * 8, st.sampled_from([0, -1, COINS_MAX, COINS_MAX + 1])).map(Coins)
keys = st.integers(0, 25).map(lambda number: f"k{number}")
memos = st.sampled_from(["", "", "", "noodles"])
posting_ids = st.integers(1, 24).map(PostingId)
lines = st.builds(Line, often_a_wallet, often_a_wallet, amounts, st.sampled_from(["", "", "fee"]))
wallets = st.permutations(WALLETS)
# Coins that go round between few wallets until one cannot pay: what must be undone was touched more than once.
rounds = st.lists(st.tuples(wallets, st.integers(1, 60).map(Coins)), min_size=2, max_size=6).map(
    lambda steps: [Line(pair[0], pair[1], amount) for pair, amount in steps]
)

posts = st.builds(
    Post,
    key=keys,
    kind=st.sampled_from(["transfer", "transfer", "split"]),
    lines=st.one_of(*[st.lists(lines, min_size=1, max_size=1)] * 4, rounds, rounds, st.lists(lines, max_size=3)).map(
        tuple
    ),
    memo=memos,
    reference=memos,
    metadata=st.sampled_from(["", "", "{}"]),
)
reversals = st.builds(
    Reverse,
    key=keys,
    posting_id=posting_ids,
    transfer_id=st.none() | st.integers(1, 30).map(TransferId),
    amount=st.none() | amounts,
    memo=memos,
    reference=memos,
)
places = st.builds(
    PlaceHold,
    key=keys.map(lambda key: f"h:{key}"),
    account=st.sampled_from((*WALLETS * 3, NOBODY)),
    beneficiary=st.sampled_from((*WALLETS * 3, NOBODY)),
    amount=amounts,
    expires_at=st.sampled_from((0, 1, 3, 9, 9, 9)).map(lambda hours: NOON + hours * HOUR),
    reference=memos,
    memo=memos,
)
hold_ids = st.sampled_from((1, 1, 1, 2, 2, 3, 4)).map(HoldId)
captures = st.builds(
    CaptureHold,
    key=keys,
    hold_id=hold_ids,
    amount=st.none() | amounts | st.integers(1, 9).map(Coins),
    is_final=st.sampled_from((False, False, True)),
    kind=st.sampled_from(["capture", "capture", "fee"]),
    memo=memos,
)
releases = st.builds(ReleaseHold, hold_id=hold_ids, only_if_expired=st.booleans())
status_changes = st.builds(ChangeStatus, code=often_a_wallet, status=st.sampled_from(AccountStatus))
newcomers = st.builds(
    OpenAccount,
    key=st.sampled_from(["o1", "o2"]),
    code=st.sampled_from([AccountCode("newcomer"), AccountCode("latecomer"), RUNNER]),
    asset=st.sampled_from([COIN, SPINS]),
    purpose=st.just("wallet"),
)

# Few holds, long lives and many captures: else hardly one would be captured twice.
commands: st.SearchStrategy[Command] = st.one_of(
    *[posts] * 4, reversals, reversals, *[places] * 2, *[captures] * 3, releases, status_changes, newcomers
)
batches = st.lists(st.lists(commands, min_size=1, max_size=8), min_size=1, max_size=8)
