import type { CareStanding } from '@/shared/api/types'
import type { ParsedAmount } from '@/shared/money/coins'
import type { LimitChange } from '../casino.changes'

export type LimitName = keyof LimitChange
export const LIMIT_NAMES = ['spend_per_day', 'loss_per_day', 'session_minutes'] as const satisfies readonly LimitName[]

/** The server's own bounds of a session's length. */
const SESSION_MINUTES = /^([1-9]\d{0,2}|1[0-3]\d\d|14[0-3]\d|1440)$/

interface Money {
  parse: (text: string) => ParsedAmount
  toWire: (coins: never) => number
}

/** What a person wrote into the limits' fields: the changes, and the fields that hold no limit. Empty means none. */
export function readLimits(texts: Record<LimitName, string>, standing: CareStanding, money: Money): { change: LimitChange; wrong: LimitName[] } {
  const change: LimitChange = {}
  const wrong: LimitName[] = []
  for (const name of LIMIT_NAMES) {
    const text = texts[name].trim()
    const wish = text === '' ? null : valueOf(name, text, money)
    const planned = standing[name].next_at ? standing[name].next_value : standing[name].value
    if (wish === undefined) wrong.push(name)
    else if (wish !== (planned ?? null)) change[name] = wish
  }
  return { change, wrong }
}

function valueOf(name: LimitName, text: string, money: Money): number | undefined {
  if (name === 'session_minutes') return SESSION_MINUTES.test(text) ? Number(text) : undefined
  const { coins } = money.parse(text)
  return coins === undefined || coins <= 0 ? undefined : money.toWire(coins as never)
}
