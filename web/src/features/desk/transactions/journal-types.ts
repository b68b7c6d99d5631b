/** The kinds of transactions that there are, in the order of the filter. */
export const JOURNAL_TYPES = [
  'transfer',
  'welcome_bonus',
  'mint',
  'burn',
  'treasury_payment',
  'treasury_payout',
  'treasury_transfer',
  'admin_adjustment',
  'reversal',
  'capture',
  'casino_bet',
  'casino_win',
] as const

/** What is settled elsewhere: a reversal stands, and rounds are proven as they were played. */
const SETTLED = ['reversal', 'casino_bet', 'casino_win']

/** Whether the desk offers to give a transaction back. */
export function isReversible(type: string): boolean {
  return !SETTLED.includes(type)
}
