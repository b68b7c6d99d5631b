import { describe, expect, it } from 'vitest'
import { accountsIn, expiryAfter } from './key-terms'

describe('the terms of a key', () => {
  it('end at the same time of day, some days later, or never', () => {
    const now = new Date(2026, 9, 24, 12, 0)
    const end = new Date(expiryAfter(7, now) ?? '')
    expect([end.getDate(), end.getHours()]).toEqual([31, 12])
    expect(expiryAfter(0, now)).toBeNull()
  })

  it('take account numbers however they are separated, each once', () => {
    expect(accountsIn(' nc-aaaa-aaaa, NC-BBBB-BBBB;\nNC-AAAA-AAAA ')).toEqual(['NC-AAAA-AAAA', 'NC-BBBB-BBBB'])
    expect(accountsIn('')).toEqual([])
  })
})
