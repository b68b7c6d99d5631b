import type { Coins } from '@/shared/money/coins'

const STEP_DIGITS = [1, 2, 5]

/** The bets a person steps through: 1, 2, 5, 10, 20 … minor units between the bounds, and the bounds themselves. */
export function betSteps(lowest: Coins, highest: Coins): Coins[] {
  const steps = [lowest]
  for (let power = 1; power < highest; power *= 10) {
    steps.push(...STEP_DIGITS.map((digit) => (digit * power) as Coins).filter((step) => step > lowest && step < highest))
  }
  return highest > lowest ? [...steps, highest] : steps
}

/** The next bet upwards (1) or downwards (-1); a bet at the end stays. */
export function stepFrom(bet: Coins, direction: 1 | -1, steps: readonly Coins[]): Coins {
  const further = direction === 1 ? steps.find((step) => step > bet) : steps.filter((step) => step < bet).at(-1)
  return further ?? bet
}

/** The allowed bet nearest to a wish. */
export function withinBounds(wish: Coins, lowest: Coins, highest: Coins): Coins {
  return Math.max(lowest, Math.min(wish, highest)) as Coins
}
