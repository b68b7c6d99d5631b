import { describe, expect, it } from 'vitest'
import { coinsFromWire, coinsToDecimal, coinsToWire, formatCoins, parseCoins, type Coins } from './coins'

describe('an amount that a person types', () => {
  it.each([
    ['12.5', 1250],
    ['12,5', 1250],
    ['12.50', 1250],
    ['0.07', 7],
    ['.5', 50],
    ['5.', 500],
    ['007', 700],
    ['1.15', 115],
    ['9999999999999.99', 999_999_999_999_999],
  ])('%s is %i minor units', (text, minor) => {
    expect(parseCoins(text, 2)).toEqual({ coins: minor })
  })

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['.', 'malformed'],
    ['-5', 'malformed'],
    ['1e3', 'malformed'],
    ['1 000', 'malformed'],
    ['12.345', 'too-many-decimals'],
    ['1,000', 'too-many-decimals'],
    ['99999999999999', 'too-large'],
  ])('%j is refused as %s', (text, mistake) => {
    expect(parseCoins(text, 2)).toEqual({ mistake })
  })

  it('has no decimals in a currency without minor units', () => {
    expect(parseCoins('12', 0)).toEqual({ coins: 12 })
    expect(parseCoins('12.5', 0)).toEqual({ mistake: 'too-many-decimals' })
  })
})

describe('an amount from the API', () => {
  it('keeps every hundredth below one thousand exactly, there and back', () => {
    for (let minor = 0; minor < 100_000; minor += 1) {
      const wire = coinsToWire(minor as Coins, 2)
      if (coinsFromWire(wire, 2) !== minor) throw new Error(`${minor} became ${coinsFromWire(wire, 2)}`)
    }
  })

  it('keeps its sign, and zero has none', () => {
    expect(coinsFromWire(-0.5, 2)).toBe(-50)
    expect(Object.is(coinsFromWire(0, 2), 0)).toBe(true)
  })

  it('is refused when it has more decimals than the currency', () => {
    expect(() => coinsFromWire(0.001, 2)).toThrow(RangeError)
    expect(() => coinsFromWire(1e-7, 2)).toThrow(RangeError)
    expect(() => coinsFromWire(Number.NaN, 2)).toThrow(RangeError)
  })
})

describe('an amount on the screen', () => {
  it('is grouped and separated as the language writes it', () => {
    expect(formatCoins(123_456_789 as Coins, 2, 'en')).toBe('1,234,567.89')
    expect(formatCoins(123_456_789 as Coins, 2, 'de')).toBe('1.234.567,89')
  })

  it('shows both decimals of the smallest amounts', () => {
    expect(formatCoins(5 as Coins, 2, 'en')).toBe('0.05')
    expect(coinsToDecimal(-5 as Coins, 2)).toBe('-0.05')
  })
})
