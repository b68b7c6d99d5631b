import type { Account } from '@/shared/api/types'
import { readStoredRecord } from '@/shared/browser/stored-record'

const STORED_AS = 'loopbank.last-known-account'

/** What the offline screen may show, and the moment (RFC 3339) at which it was true. */
export interface LastKnownAccount {
  characterName: string
  accountNumber: string
  balance: number
  held: number
  seenAt: string
}

/** Keeps the balance for the offline screen. */
export function rememberLastKnownAccount(account: Account, seenAt: Date): void {
  const known: LastKnownAccount = {
    characterName: account.character_name,
    accountNumber: account.account_number,
    balance: account.balance,
    held: account.held,
    seenAt: seenAt.toISOString(),
  }
  localStorage.setItem(STORED_AS, JSON.stringify(known))
}

/** The balance as it was last seen on this device, or null. */
export function readLastKnownAccount(): LastKnownAccount | null {
  return readStoredRecord<LastKnownAccount>(STORED_AS)
}

/** Removes every trace of the account from this device. */
export function forgetLastKnownAccount(): void {
  localStorage.removeItem(STORED_AS)
}
