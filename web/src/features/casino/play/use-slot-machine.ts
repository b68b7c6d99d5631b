import { useQueryClient } from '@tanstack/vue-query'
import { computed, ref, shallowRef, type Ref } from 'vue'
import { accountKey, useAccount } from '@/shared/account/account.queries'
import { isUncertain } from '@/shared/api/problem'
import type { GameCard, PlayedRound } from '@/shared/api/types'
import { useLiveStore } from '@/shared/live/live.store'
import { NO_COINS, subtractCoins, type Coins } from '@/shared/money/coins'
import { useMoney } from '@/shared/money/use-money'
import { useEffectsStore } from '@/shared/theme/effects.store'
import { transactionsKey } from '@/shared/transactions/transactions.queries'
import { careKey, roundsKey } from '../casino.queries'
import type { GameRules } from '../proof/slot-engine'
import { useSlotSoundsStore } from './slot-sounds.store'
import { isCelebrated, readOutcome, type SpinOutcome } from './spin-outcome'
import { useSpinStore } from './spin.store'

/** What the machine needs of its reels. */
export interface Reels {
  spin: () => void
  land: (grid: SpinOutcome['grid'], stops: readonly number[], mayMove: boolean) => Promise<void>
  stay: () => Promise<void>
}

/** `uncertain`: no answer came; the only way on is the same press again, which is carried out at most once. */
export type MachinePhase = 'ready' | 'spinning' | 'uncertain'

/** Reels that stop at once look broken. */
const SPINNING_MS_MIN = 450
/** From press to press. The server takes 30 spins a minute, and nobody should have to wait for it. */
const PACE_MS_MIN = 2_000

function until(moment: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - performance.now())))
}

/** One machine: a press, the server's answer, reels that settle on it, and only then the words about it. */
export function useSlotMachine(game: () => GameCard, rules: () => GameRules, lastRound: PlayedRound | null, reels: Ref<Reels | null>) {
  const store = useSpinStore()
  const sounds = useSlotSoundsStore()
  const effects = useEffectsStore()
  const live = useLiveStore()
  const money = useMoney()
  const account = useAccount()
  const queryClient = useQueryClient()

  const phase = ref<MachinePhase>(store.isOpen(game().game) ? 'uncertain' : 'ready')
  const outcome = shallowRef<SpinOutcome | null>(null)
  const failure = shallowRef<unknown>(null)
  const freeSpinsLeft = ref(lastRound?.free_spins_remaining ?? 0)
  const freeSpinsAwarded = ref(lastRound?.free_spins_awarded ?? 0)
  /** The balance while the reels turn: the live one would tell the result before they stop. */
  const balanceMeanwhile = ref<Coins | null>(null)
  const balance = computed(() => balanceMeanwhile.value ?? (account.data.value ? money.fromWire(account.data.value.balance) : null))
  const available = computed(() => (account.data.value ? money.fromWire(account.data.value.available) : NO_COINS))

  async function settle(lineBet: Coins, pressedAt: number): Promise<void> {
    const answer = await store.spin(game(), lineBet)
    const settled = readOutcome(answer, rules(), money.fromWire)
    if (live.state !== 'live') void queryClient.invalidateQueries({ queryKey: accountKey })
    if (effects.mayMove()) await until(pressedAt + SPINNING_MS_MIN)
    await reels.value?.land(settled.grid, settled.stops, effects.mayMove())
    outcome.value = settled
    freeSpinsLeft.value = settled.freeSpinsLeft
    if (settled.freeSpinsAwarded > 0) freeSpinsAwarded.value = settled.freeSpinsAwarded
    if (isCelebrated(settled)) sounds.fanfare()
  }

  /** Presses the button; while a spin is under way nothing happens. */
  async function press(lineBet: Coins, stake: Coins): Promise<void> {
    if (phase.value === 'spinning') return
    const pressedAt = performance.now()
    const isRepeat = phase.value === 'uncertain'
    phase.value = 'spinning'
    outcome.value = null
    failure.value = null
    const cost = freeSpinsLeft.value > 0 || isRepeat ? NO_COINS : stake
    balanceMeanwhile.value = balance.value === null ? null : subtractCoins(balance.value, cost)
    reels.value?.spin()
    try {
      await settle(lineBet, pressedAt)
      balanceMeanwhile.value = null
      await until(pressedAt + PACE_MS_MIN)
      phase.value = 'ready'
    } catch (reason) {
      failure.value = reason
      await reels.value?.stay()
      balanceMeanwhile.value = null
      phase.value = isUncertain(reason) ? 'uncertain' : 'ready'
    }
    for (const queryKey of [roundsKey, careKey, transactionsKey]) void queryClient.invalidateQueries({ queryKey })
  }

  return { phase, outcome, failure, freeSpinsLeft, freeSpinsAwarded, balance, available, press }
}
