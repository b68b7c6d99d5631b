import { describe, expect, it } from 'vitest'
import type { Coins } from '@/shared/money/coins'
import { betSteps, stepFrom, withinBounds } from './bet-steps'

const coins = (minor: number) => minor as Coins

describe('the steps of a bet', () => {
  it('are easy numbers from the lowest to the highest bet', () => {
    expect(betSteps(coins(1), coins(100))).toEqual([1, 2, 5, 10, 20, 50, 100])
    expect(betSteps(coins(3), coins(75))).toEqual([3, 5, 10, 20, 50, 75])
  })

  it('are one when the house allows one bet only', () => {
    expect(betSteps(coins(50), coins(50))).toEqual([50])
  })

  it('lead up and down and end at the bounds, also from a bet between them', () => {
    const steps = betSteps(coins(1), coins(100))
    expect(stepFrom(coins(10), 1, steps)).toBe(20)
    expect(stepFrom(coins(13), 1, steps)).toBe(20)
    expect(stepFrom(coins(13), -1, steps)).toBe(10)
    expect(stepFrom(coins(100), 1, steps)).toBe(100)
    expect(stepFrom(coins(1), -1, steps)).toBe(1)
  })

  it('keep a remembered bet within what is allowed today', () => {
    expect(withinBounds(coins(500), coins(1), coins(100))).toBe(100)
    expect(withinBounds(coins(0), coins(1), coins(100))).toBe(1)
  })
})
