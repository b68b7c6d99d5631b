import { readPaymentRequest } from '@/shared/account-number/account-number'
import { addCoins, NO_COINS, parseCoins, type Coins } from '@/shared/money/coins'

/** As many prizes as one posting of the bank takes. */
export const PRIZES_MAX = 1_000

export type PrizeMistake = 'account' | 'unknown' | 'amount' | 'reason' | 'columns'

/** One line of a list as it was written, and everything that is wrong with it. */
export interface PrizeRow {
  /** The line of the file, from 1. */
  line: number
  account: string
  amountText: string
  coins: Coins
  reason: string
  mistakes: PrizeMistake[]
  /** The same person stands on the list more than once: allowed, and worth a look. */
  isRepeated: boolean
}

export interface PrizeRules {
  prefix: string
  scale: number
  reasonLengthMax: number
}

const COLUMNS_MAX = 3

/** The character that separates a line's cells is the first that could: no account number holds one of them. */
function separatorOf(line: string): string {
  return /[;,\t]/.exec(line)?.[0] ?? ','
}

/** Splits a line at the separator; a quoted cell may hold it, and two quotes in it stand for one (RFC 4180). */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? ''
    if (character === '"' && isQuoted && line[at + 1] === '"') {
      cell += '"'
      at += 1
    } else if (character === '"' && (isQuoted || cell.trim() === '')) {
      isQuoted = !isQuoted
    } else if (character === separator && !isQuoted) {
      cells.push(cell)
      cell = ''
    } else cell += character
  }
  return [...cells, cell].map((text) => text.trim())
}

function readRow(line: number, cells: string[], rules: PrizeRules): PrizeRow {
  const [typed = '', amountText = '', reason = ''] = cells
  const account = readPaymentRequest(typed, rules.prefix)?.accountNumber
  const { coins = NO_COINS } = parseCoins(amountText, rules.scale)
  const mistakes: PrizeMistake[] = []
  if (cells.slice(COLUMNS_MAX).some((cell) => cell !== '')) mistakes.push('columns')
  if (!account) mistakes.push('account')
  if (coins <= NO_COINS) mistakes.push('amount')
  if (Array.from(reason).length > rules.reasonLengthMax) mistakes.push('reason')
  return { line, account: account ?? typed, amountText, coins, reason, mistakes, isRepeated: false }
}

/** Reads a list: account number, amount, reason (may be missing). A heading in the first line is passed over. */
export function readPrizeList(text: string, rules: PrizeRules): PrizeRow[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const rows = lines
    .map((line, at) => ({ line: at + 1, cells: cellsOf(line, separatorOf(line)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
    .map(({ line, cells }) => readRow(line, cells, rules))
  const [first] = rows
  const isHeading = first?.mistakes.includes('account') && !/\d/.test(first.account + first.amountText)
  return markRepeated(isHeading ? rows.slice(1) : rows)
}

function markRepeated(rows: PrizeRow[]): PrizeRow[] {
  const counts = new Map<string, number>()
  for (const { account } of rows) counts.set(account, (counts.get(account) ?? 0) + 1)
  return rows.map((row) => ({ ...row, isRepeated: (counts.get(row.account) ?? 0) > 1 }))
}

/** Marks the rows whose account nobody holds. */
export function markUnknown(rows: readonly PrizeRow[], names: ReadonlyMap<string, string>): PrizeRow[] {
  return rows.map((row) =>
    row.mistakes.includes('account') || names.has(row.account) ? row : { ...row, mistakes: [...row.mistakes, 'unknown'] },
  )
}

/** What the whole list costs. */
export function totalOf(rows: readonly PrizeRow[]): Coins {
  return rows.reduce<Coins>((sum, row) => addCoins(sum, row.coins), NO_COINS)
}
