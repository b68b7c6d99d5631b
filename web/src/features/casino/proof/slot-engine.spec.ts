import { describe, expect, it } from 'vitest'
import { gridAt, scattersOf, winsOf, type GameRules } from './slot-engine'

const GRID: GameRules = {
  rows: 1,
  lines: [[0, 0, 0]],
  paytable: [
    { symbol: 'tower', count: 3, award: 100 },
    { symbol: 'tower', count: 2, award: 10 },
    { symbol: 'skull', count: 3, award: 50 },
    { symbol: 'skull', count: 2, award: 5 },
  ],
  wild: 'tower',
  scatter: null,
}

describe('a line', () => {
  it.each([
    [['skull', 'skull', 'skull'], 50],
    [['skull', 'skull', 'static'], 5],
    [['static', 'skull', 'skull'], 0],
    [['skull', 'static', 'skull'], 0],
    [['tower', 'skull', 'skull'], 50],
    [['skull', 'tower', 'static'], 5],
    [['tower', 'tower', 'static'], 10],
    [['tower', 'tower', 'skull'], 50],
    [['tower', 'tower', 'tower'], 100],
    [['tower', 'static', 'static'], 0],
  ])('of %j pays %i', (symbols, award) => {
    expect(winsOf(GRID, [symbols]).reduce((sum, win) => sum + win.award, 0)).toBe(award)
  })
})

describe('a window', () => {
  const strips = [['a', 'b', 'c', 'w'], ['w', 'a', 'b', 'c']]
  const rules: GameRules = {
    rows: 2,
    lines: [
      [0, 0],
      [1, 1],
      [0, 1],
    ],
    paytable: [{ symbol: 'a', count: 2, award: 7 }],
    wild: null,
    scatter: { symbol: 'w', count: 2, free_spins: 5 },
  }

  it('shows the stop on top, and the strip goes round', () => {
    expect(gridAt(rules, strips, [3, 3])).toEqual([
      ['w', 'c'],
      ['a', 'w'],
    ])
  })

  it('adds up its lines and counts scatters anywhere', () => {
    const grid = gridAt(rules, strips, [0, 1])
    expect(winsOf(rules, grid)).toEqual([{ line: 0, symbol: 'a', count: 2, award: 7 }])
    expect(scattersOf(rules, gridAt(rules, strips, [3, 3]))).toBe(2)
  })
})
