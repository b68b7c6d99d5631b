import type { Supply } from '@/shared/api/desk-types'
import { addCoins, NO_COINS, subtractCoins, type Coins } from '@/shared/money/coins'

/** Where coins can be. */
export const PARTS = ['wallets', 'treasuries', 'house', 'bank'] as const
export type PartName = (typeof PARTS)[number]

export interface SupplyParts {
  parts: { name: PartName; coins: Coins; share: number }[]
  /** The parts added up here, not taken from the answer. */
  sum: Coins
  /** Whether minted less burned is what circulates, and the parts add up to it. */
  addsUp: boolean
}

/** Adds the supply up again, part by part. A part below zero (a house that owes) has no share of the bar. */
export function supplyParts(supply: Supply, fromWire: (amount: number) => Coins): SupplyParts {
  const amounts = PARTS.map((name) => ({ name, coins: fromWire(supply[name]) }))
  const sum = amounts.reduce<Coins>((whole, part) => addCoins(whole, part.coins), NO_COINS)
  const circulating = fromWire(supply.circulating)
  const issued = subtractCoins(fromWire(supply.minted), fromWire(supply.burned))
  const visible = amounts.reduce((whole, part) => whole + Math.max(0, part.coins), 0)
  return {
    parts: amounts.map((part) => ({ ...part, share: visible > 0 ? Math.max(0, part.coins) / visible : 0 })),
    sum,
    addsUp: issued === circulating && sum === circulating,
  }
}
