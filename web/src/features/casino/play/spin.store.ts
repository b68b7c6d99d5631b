import { defineStore } from 'pinia'
import { reactive } from 'vue'
import { useBankApi } from '@/shared/api/bank-api'
import { answerOf, isUncertain } from '@/shared/api/problem'
import type { GameCard } from '@/shared/api/types'
import { randomUuid } from '@/shared/browser/random-uuid'
import { useBankConfig } from '@/shared/config/bank-config'
import { coinsToWire, type Coins } from '@/shared/money/coins'
import type { SpinAnswer } from './spin-outcome'

/** How long to wait before asking again for an answer that got lost. */
const WAITS_MS = [400, 1_200, 2_500]

/** One press of the button: asked for as often as needed, carried out once. */
interface Press {
  key: string
  lineBet: Coins
}

/** The contract lists every game's path by name; a game that came later has a path of the same form. */
type SpinPath = '/api/v1/casino/glitch-grid/spin' | '/api/v1/casino/starlight-smuggler/spin'

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** Spins whose answer is awaited. They outlive the screen: who comes back gets the answer of the press they made. */
export const useSpinStore = defineStore('casino-spin', () => {
  const api = useBankApi()
  const { scale } = useBankConfig().currency
  const open = reactive(new Map<string, Press>())

  /** Whether a press has had no answer yet, so that its outcome is unknown. */
  function isOpen(game: string): boolean {
    return open.has(game)
  }

  async function send(path: string, press: Press): Promise<SpinAnswer> {
    const request = api.coin.POST(`/api/v1/casino/${path}/spin` as SpinPath, {
      params: { header: { 'Idempotency-Key': press.key } },
      body: { bet_amount: coinsToWire(press.lineBet, scale) },
    })
    return answerOf<SpinAnswer>(request)
  }

  /** Sends a press; an answer of either kind closes it, a lost answer leaves it open. */
  async function settle(game: Pick<GameCard, 'game' | 'path'>, press: Press): Promise<SpinAnswer> {
    try {
      const answer = await send(game.path, press)
      open.delete(game.game)
      return answer
    } catch (failure) {
      if (!isUncertain(failure)) open.delete(game.game)
      throw failure
    }
  }

  /**
   * Spins, or asks again for the answer of the press that has had none: one key per press. Raises Refusal when the
   * server said no, and the last failure when no answer came; then the press stays open.
   */
  async function spin(game: Pick<GameCard, 'game' | 'path'>, lineBet: Coins): Promise<SpinAnswer> {
    const press = open.get(game.game) ?? { key: randomUuid(), lineBet }
    open.set(game.game, press)
    for (const wait of WAITS_MS) {
      try {
        return await settle(game, press)
      } catch (failure) {
        if (!isUncertain(failure)) throw failure
      }
      await pause(wait)
    }
    return settle(game, press)
  }

  return { isOpen, spin }
})
