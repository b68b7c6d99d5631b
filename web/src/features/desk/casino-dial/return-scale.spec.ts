import { describe, expect, it } from 'vitest'
import { scaleOf } from './return-scale'

describe('a scale of returns', () => {
  it('has a place for every mark, in their order', () => {
    const scale = scaleOf([0.95, 0.8, 1.1, 1.3])
    const places = [0.8, 0.95, 1.1, 1.3].map(scale.at)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
    expect(places.at(-1)).toBeLessThan(100)
  })

  it('does not break when all marks are one', () => {
    expect(scaleOf([0.95, 0.95]).at(0.95)).toBeCloseTo(50)
  })
})
