import { describe, expect, it } from 'vitest'
import type { CareStanding, PlayerLimit } from '@/shared/api/types'
import { coinsToWire, parseCoins } from '@/shared/money/coins'
import { readLimits } from './limit-wishes'

const NONE: PlayerLimit = { value: null, next_value: null, next_at: null }
const STANDING: CareStanding = {
  spend_per_day: { value: 50, next_value: null, next_at: null },
  loss_per_day: { value: 20, next_value: 40, next_at: '2026-11-23T12:00:00Z' },
  session_minutes: NONE,
  break_until: null,
  excluded_until: null,
  spent: 0,
  lost: 0,
  session: null,
}
const money = { parse: (text: string) => parseCoins(text, 2), toWire: (coins: never) => coinsToWire(coins, 2) }
const asked = (spend: string, loss: string, session: string) =>
  readLimits({ spend_per_day: spend, loss_per_day: loss, session_minutes: session }, STANDING, money)

describe('limits as they are written down', () => {
  it('change nothing when they say what is planned already', () => {
    expect(asked('50', '40', '')).toEqual({ change: {}, wrong: [] })
  })

  it('name only what changes, and nothing means no limit', () => {
    expect(asked('', '12,50', '90')).toEqual({ change: { spend_per_day: null, loss_per_day: 12.5, session_minutes: 90 }, wrong: [] })
  })

  it.each([
    ['0', '40', '', 'spend_per_day'],
    ['50', '-1', '', 'loss_per_day'],
    ['50', '40', '0', 'session_minutes'],
    ['50', '40', '1441', 'session_minutes'],
    ['50', '40', 'an hour', 'session_minutes'],
  ])('%j, %j, %j: the mistake is in %4$s', (spend, loss, session, field) => {
    expect(asked(spend, loss, session)).toEqual({ change: {}, wrong: [field] })
  })

  it('take whole days of minutes', () => {
    expect(asked('50', '40', '1440').change).toEqual({ session_minutes: 1_440 })
  })
})
