import type { Transaction } from '@/shared/api/types'

/** A transaction as its owner sees it: which way the coins went and who was on the other side. */
export interface TransactionView {
  isIncoming: boolean
  otherName: string
  otherAccount: string
}

/** Turns a transaction to the side of one account. A payment to oneself counts as incoming. */
export function viewFrom(transaction: Transaction, ownAccount: string | null): TransactionView {
  const isIncoming = transaction.to_account === ownAccount
  return isIncoming
    ? { isIncoming, otherName: transaction.from_name, otherAccount: transaction.from_account }
    : { isIncoming, otherName: transaction.to_name, otherAccount: transaction.to_account }
}

/** The kinds of entries the app has words for; a kind it does not know is shown by its own name. */
export const KNOWN_TYPES = [
  'transfer',
  'welcome_bonus',
  'admin_adjustment',
  'mint',
  'burn',
  'reversal',
  'casino_bet',
  'casino_win',
] as const

/** The calendar day (YYYY-MM-DD) of a moment in this device's time zone. */
export function localDay(moment: Date): string {
  const [year, month, day] = [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()]
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** Gathers a list that is already in order into runs of the same local day. */
export function groupByDay(transactions: readonly Transaction[]): { day: string; entries: Transaction[] }[] {
  const groups: { day: string; entries: Transaction[] }[] = []
  for (const transaction of transactions) {
    const day = localDay(new Date(transaction.timestamp))
    const last = groups.at(-1)
    if (last?.day === day) last.entries.push(transaction)
    else groups.push({ day, entries: [transaction] })
  }
  return groups
}

/** Where a range of local days begins and where it is over (RFC 3339, the end exclusive); either may be open. */
export function momentsOfDays(fromDay: string, toDay: string): { from?: string; to?: string } {
  const range: { from?: string; to?: string } = {}
  if (fromDay) range.from = new Date(`${fromDay}T00:00:00`).toISOString()
  if (toDay) {
    const following = new Date(`${toDay}T00:00:00`)
    // By calendar, because the days on which clocks change are not 24 hours long.
    following.setDate(following.getDate() + 1)
    range.to = following.toISOString()
  }
  return range
}
