import { describe, expect, it } from 'vitest'
import type { Supply } from '@/shared/api/desk-types'
import { coinsFromWire } from '@/shared/money/coins'
import { supplyParts } from './supply-parts'

const SUPPLY: Supply = {
  currency: 'LBC',
  minted: 1000.3,
  burned: 0.1,
  circulating: 1000.2,
  wallets: 700.1,
  treasuries: 200.1,
  house: 100,
  bank: 0,
  held: 5,
}

const fromWire = (amount: number) => coinsFromWire(amount, 2)

describe('the supply', () => {
  it('adds up in whole minor units, where fractions would not', () => {
    const { sum, addsUp, parts } = supplyParts(SUPPLY, fromWire)
    expect([sum, addsUp]).toEqual([100_020, true])
    expect(parts.reduce((whole, part) => whole + part.share, 0)).toBeCloseTo(1)
  })

  it.each([
    ['a part', { bank: 0.01 }],
    ['what was burned', { burned: 0.11 }],
  ])('does not add up when %s is off by a hundredth', (_what, change) => {
    expect(supplyParts({ ...SUPPLY, ...change }, fromWire).addsUp).toBe(false)
  })

  it('counts what the house owes, without drawing it', () => {
    const owing = supplyParts({ ...SUPPLY, house: -50, wallets: 850.1 }, fromWire)
    expect(owing.addsUp).toBe(true)
    expect(owing.parts.find((part) => part.name === 'house')?.share).toBe(0)
  })
})
