import type { GridAnswer, ReelsAnswer } from '@/shared/api/types'
import { addCoins, NO_COINS, type Coins } from '@/shared/money/coins'
import { winsOf, type GameRules, type LineWin } from '../proof/slot-engine'

export type SpinAnswer = ReelsAnswer | GridAnswer

/** A spin as the machine shows it, whatever its game. Amounts in minor units. */
export interface SpinOutcome {
  roundId: number
  configHash: string
  grid: readonly (readonly string[])[]
  stops: readonly number[]
  wins: readonly LineWin[]
  lineBet: Coins
  /** What a paid spin at this bet costs, also when this one was free. */
  stake: Coins
  win: Coins
  isFree: boolean
  freeSpinsAwarded: number
  freeSpinsLeft: number
}

/** Reads either kind of answer. The lines are found by the same rules that the proof uses. */
export function readOutcome(answer: SpinAnswer, rules: GameRules, fromWire: (amount: number) => Coins): SpinOutcome {
  const grid = 'reels' in answer ? [answer.reels] : answer.grid
  const lineBet = fromWire('reels' in answer ? answer.bet : answer.bet_per_line)
  return {
    roundId: answer.round_id,
    configHash: answer.config_hash,
    grid,
    stops: answer.stops,
    wins: winsOf(rules, grid),
    lineBet,
    stake: rules.lines.reduce((sum) => addCoins(sum, lineBet), NO_COINS),
    win: fromWire(answer.win_amount),
    isFree: answer.sub > 0,
    freeSpinsAwarded: 'reels' in answer ? 0 : answer.bonus_spins_awarded,
    freeSpinsLeft: 'reels' in answer ? 0 : answer.free_spins_remaining,
  }
}

/** Whether a win is worth a fanfare. Law: getting back less than the bet is a loss and never celebrated as a win. */
export function isCelebrated(outcome: Pick<SpinOutcome, 'win' | 'stake'>): boolean {
  return outcome.win > outcome.stake
}
