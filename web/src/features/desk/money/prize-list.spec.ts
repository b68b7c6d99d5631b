import { describe, expect, it } from 'vitest'
import { markUnknown, readPrizeList, totalOf, type PrizeRules } from './prize-list'

const RULES: PrizeRules = { prefix: 'NC', scale: 2, reasonLengthMax: 10 }

function read(text: string) {
  return readPrizeList(text, RULES).map(({ line, account, coins, reason, mistakes }) => [line, account, coins, reason, mistakes])
}

describe('a prize list', () => {
  it.each([
    ['commas', 'NC-AAAA-AAAA,12.50,First'],
    ['semicolons and a decimal comma', 'NC-AAAA-AAAA;12,50;First'],
    ['tabs out of a spreadsheet', 'NC-AAAA-AAAA\t12.5\tFirst'],
    ['quotes, small letters and spaces', '"nc aaaa aaaa" , "12,50" , "First"'],
    ['a byte order mark', '\uFEFFNC-AAAA-AAAA,12.50,First'],
  ])('is read with %s', (_kind, text) => {
    expect(read(text)).toEqual([[1, 'NC-AAAA-AAAA', 1250, 'First', []]])
  })

  it('may separate each line in its own way, and have other separators in a reason', () => {
    expect(read('NC-AAAA-AAAA,1,a; b\nNC-BBBB-BBBB;2,5;a, b').map((row) => row.slice(2, 4))).toEqual([
      [100, 'a; b'],
      [250, 'a, b'],
    ])
  })

  it('passes over a heading and empty lines, and keeps the numbers of the lines', () => {
    expect(read('Account,Amount,Reason\r\n\r\nNC-AAAA-AAAA,1\r\nNC-BBBB-BBBB,2,"a ""b"", c"\r\n')).toEqual([
      [3, 'NC-AAAA-AAAA', 100, '', []],
      [4, 'NC-BBBB-BBBB', 200, 'a "b", c', []],
    ])
  })

  it.each([
    ['NC-AAAA,5', ['account']],
    ['NC-AAAA-AAAAB,5', ['account']],
    ['NC-AAAA-AAAA,0', ['amount']],
    ['NC-AAAA-AAAA,-5', ['amount']],
    ['NC-AAAA-AAAA,1.005', ['amount']],
    ['NC-AAAA-AAAA', ['amount']],
    ['NC-AAAA-AAAA,5,much too long a reason', ['reason']],
    ['NC-AAAA-AAAA,1,000.50,First', ['columns']],
    ['x1,y', ['account', 'amount']],
  ])('%s is wrong in %j', (text, mistakes) => {
    expect(readPrizeList(text, RULES)[0]?.mistakes).toEqual(mistakes)
  })

  it('marks people who stand there twice and numbers that nobody holds', () => {
    const rows = readPrizeList('NC-AAAA-AAAA,1\nNC-BBBB-BBBB,2\nNC-AAAA-AAAA,3.01', RULES)
    expect(rows.map((row) => row.isRepeated)).toEqual([true, false, true])
    const checked = markUnknown(rows, new Map([['NC-AAAA-AAAA', 'Runner']]))
    expect(checked.map((row) => row.mistakes)).toEqual([[], ['unknown'], []])
    expect(totalOf(rows)).toBe(601)
  })
})
