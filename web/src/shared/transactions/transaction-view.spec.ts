import { describe, expect, it } from 'vitest'
import type { Transaction } from '@/shared/api/types'
import { groupByDay, localDay, momentsOfDays, viewFrom } from './transaction-view'

const payment: Transaction = {
  id: 1,
  from_account: 'NC-AAAA-AAAA',
  from_name: 'Runner',
  to_account: 'NC-BBBB-BBBB',
  to_name: 'Fixer',
  amount: 12.5,
  memo: 'Noodles',
  timestamp: '2026-11-21T12:00:00Z',
  type: 'transfer',
  balance_after: 987.5,
}

describe('a transaction', () => {
  it('is outgoing for the payer and incoming for the payee', () => {
    expect(viewFrom(payment, 'NC-AAAA-AAAA')).toEqual({
      isIncoming: false,
      otherName: 'Fixer',
      otherAccount: 'NC-BBBB-BBBB',
    })
    expect(viewFrom(payment, 'NC-BBBB-BBBB').otherName).toBe('Runner')
    expect(viewFrom(payment, 'NC-BBBB-BBBB').isIncoming).toBe(true)
  })
})

describe('the days of a statement', () => {
  it('split where the local day changes and keep the order', () => {
    const at = (moment: Date, id: number) => ({ ...payment, id, timestamp: moment.toISOString() })
    const groups = groupByDay([
      at(new Date(2026, 10, 22, 0, 5), 3),
      at(new Date(2026, 10, 21, 23, 55), 2),
      at(new Date(2026, 10, 21, 0, 0), 1),
    ])
    expect(groups.map((group) => [group.day, group.entries.map((entry) => entry.id)])).toEqual([
      ['2026-11-22', [3]],
      ['2026-11-21', [2, 1]],
    ])
  })

  it('are filtered from their first moment to the first one after them', () => {
    const { from = '', to = '' } = momentsOfDays('2026-11-21', '2026-11-21')
    expect(localDay(new Date(from))).toBe('2026-11-21')
    expect(localDay(new Date(new Date(to).getTime() - 1))).toBe('2026-11-21')
    expect(localDay(new Date(to))).toBe('2026-11-22')
    expect(momentsOfDays('', '')).toEqual({})
  })
})
