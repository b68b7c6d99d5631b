import { describe, expect, it } from 'vitest'
import type { GridAnswer, ReelsAnswer } from '@/shared/api/types'
import { coinsFromWire, type Coins } from '@/shared/money/coins'
import type { GameRules } from '../proof/slot-engine'
import { isCelebrated, readOutcome } from './spin-outcome'

const FAIR = { round_id: 7, epoch: 1, nonce: 0, client_seed: 'neon-otter', config_hash: 'abc', commitment: 'def' }
const ONE_LINE: GameRules = { rows: 1, lines: [[0, 0, 0]], paytable: [{ symbol: 'a', count: 3, award: 5 }], wild: null, scatter: null }
const TWO_LINES: GameRules = {
  ...ONE_LINE,
  rows: 2,
  lines: [
    [0, 0],
    [1, 1],
  ],
}
const fromWire = (amount: number) => coinsFromWire(amount, 2)

describe('the answer to a spin', () => {
  it('is read from a game with one line', () => {
    const answer: ReelsAnswer = { ...FAIR, sub: 0, stops: [0, 0, 0], reels: ['a', 'a', 'a'], bet: 0.5, win_multiplier: 5, win_amount: 2.5, balance: 100 }
    const outcome = readOutcome(answer, ONE_LINE, fromWire)
    expect(outcome).toMatchObject({ grid: [['a', 'a', 'a']], lineBet: 50, stake: 50, win: 250, isFree: false, freeSpinsLeft: 0 })
    expect(outcome.wins).toHaveLength(1)
  })

  it('is read from a free spin: it cost nothing, and its stake is what a paid one costs', () => {
    const answer: GridAnswer = {
      ...FAIR,
      sub: 2,
      stops: [0, 0],
      grid: [
        ['a', 'b'],
        ['b', 'a'],
      ],
      bet_per_line: 0.1,
      total_bet: 0,
      win_multiplier: 0,
      win_amount: 0,
      winning_lines: [],
      scatter_count: 0,
      bonus_spins_awarded: 0,
      free_spins_remaining: 3,
      was_free_spin: true,
      balance: 100,
    }
    expect(readOutcome(answer, TWO_LINES, fromWire)).toMatchObject({ isFree: true, stake: 20, freeSpinsLeft: 3 })
  })
})

describe('a fanfare', () => {
  it.each([
    [0, false],
    [89, false],
    [90, false],
    [91, true],
  ])('for %i of a bet of 90 is %s', (win, isDue) => {
    expect(isCelebrated({ win: win as Coins, stake: 90 as Coins })).toBe(isDue)
  })
})
