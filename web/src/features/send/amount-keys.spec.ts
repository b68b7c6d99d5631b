import { describe, expect, it } from 'vitest'
import { pressKey } from './amount-keys'

function pressed(keys: string, scale = 2): string {
  return keys.split(' ').reduce((text, key) => pressKey(text, key, scale), '')
}

describe('the amount keypad', () => {
  it.each([
    ['1 2 . 5 0', '12.50'],
    ['1 2 , 5', '12,5'],
    ['. 5', '0.5'],
    ['0 0 7', '7'],
    ['1 . . 2 , 3', '1.23'],
    ['1 . 2 3 4', '1.23'],
    ['1 2 erase erase erase', ''],
  ])('%s shows %s', (keys, shown) => {
    expect(pressed(keys)).toBe(shown)
  })

  it('has no separator in a currency without decimals', () => {
    expect(pressed('1 . 5', 0)).toBe('15')
  })

  it('stops where amounts would no longer be exact', () => {
    expect(pressed(Array(20).fill('9').join(' '))).toBe('9'.repeat(13))
  })
})
