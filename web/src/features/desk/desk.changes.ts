import { useQueryClient } from '@tanstack/vue-query'
import { accountKey } from '@/shared/account/account.queries'
import { useBankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import { transactionsKey } from '@/shared/transactions/transactions.queries'
import { deskKey } from './desk.queries'

/** A person's account or a treasury. */
export type Party = { accountNumber: string } | { treasuryType: string }

/** Amounts as the wire writes them. */
export interface Issue {
  party: Party
  amount: number
  reason: string
}

export interface Payout {
  treasury: string
  to: Party
  amount: number
  reason: string
}

export interface Prize {
  toAccount: string
  amount: number
  reason: string
}

const keyed = (key: string) => ({ header: { 'Idempotency-Key': key } })

/** What staff do with coins. Every function raises Refusal or Unreachable and is harmless to repeat under its key. */
export function useDeskMoney() {
  const { coin } = useBankApi()
  const queryClient = useQueryClient()

  /** Whatever became of the request, what the screens show may have changed. */
  async function settle<Answer>(answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer
    } finally {
      for (const queryKey of [deskKey, accountKey, transactionsKey]) void queryClient.invalidateQueries({ queryKey })
    }
  }

  const mint = ({ party, amount, reason }: Issue, key: string) =>
    settle(answerOf(coin.POST('/api/admin/mint', { params: keyed(key), body: { ...party, amount, reason } })))

  const burn = ({ party, amount, reason }: Issue, key: string) =>
    settle(answerOf(coin.POST('/api/admin/burn', { params: keyed(key), body: { ...party, amount, reason } })))

  function payOut({ treasury, to, amount, reason }: Payout, key: string) {
    const receiver = 'treasuryType' in to ? { toTreasuryType: to.treasuryType } : { toAccount: to.accountNumber }
    const body = { treasuryType: treasury, ...receiver, amount, reason }
    return settle(answerOf(coin.POST('/api/admin/treasury/transfer', { params: keyed(key), body })))
  }

  function payPrizes({ treasury, prizes }: { treasury: string; prizes: Prize[] }, key: string) {
    const body = { treasuryType: treasury, items: prizes }
    return settle(answerOf(coin.POST('/api/admin/treasury/transfer', { params: keyed(key), body })))
  }

  function adjust({ account, amount, reason }: { account: string; amount: number; reason: string }, key: string) {
    const params = { path: { account }, ...keyed(key) }
    return settle(answerOf(coin.POST('/api/v1/admin/users/{account}/adjust-balance', { params, body: { amount, reason } })))
  }

  function creditFaction({ faction, amount, reason }: { faction: string; amount: number; reason: string }, key: string) {
    const params = { path: { faction }, ...keyed(key) }
    return settle(answerOf(coin.POST('/api/v1/admin/factions/{faction}/add-credits', { params, body: { amount, reason } })))
  }

  /** Without an amount, all that is left of the transaction goes back. */
  function reverse({ id, amount, reason }: { id: number; amount: number | null; reason: string }, key: string) {
    const params = { path: { transaction_id: id }, ...keyed(key) }
    const body = amount === null ? { reason } : { reason, amount }
    return settle(answerOf(coin.POST('/api/admin/transactions/{transaction_id}/reverse', { params, body })))
  }

  return { mint, burn, payOut, payPrizes, adjust, creditFaction, reverse }
}

/** What staff do with people and factions. Every function raises Refusal or Unreachable. */
export function useDeskActs() {
  const { coin } = useBankApi()
  const queryClient = useQueryClient()

  async function changed<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const given = await answer
    await queryClient.invalidateQueries({ queryKey: deskKey })
    return given
  }

  const createFaction = (name: string, description: string) =>
    changed(answerOf(coin.POST('/api/v1/admin/factions/create', { body: { name, description } })))

  const toggleAdmin = (account: string) =>
    changed(answerOf(coin.POST('/api/v1/admin/users/{account}/toggle-admin', { params: { path: { account } } })))

  /** With a password it counts from now on; without one the answer holds a slip that is good once. */
  const resetPassword = (account: string, newPassword: string | null) =>
    changed(
      answerOf(
        coin.POST('/api/v1/admin/users/{account}/reset-password', {
          params: { path: { account } },
          body: newPassword === null ? {} : { new_password: newPassword },
        }),
      ),
    )

  /** Takes a lost authenticator app away; the person is signed out everywhere. */
  const removeApp = (account: string) =>
    changed(answerOf(coin.POST('/api/v1/admin/users/{account}/remove-second-factor', { params: { path: { account } } })))

  /** The names of people by account number; numbers that nobody holds are absent. */
  async function lookUp(accounts: string[]): Promise<Map<string, string>> {
    if (accounts.length === 0) return new Map()
    const { users } = await answerOf(coin.POST('/api/v1/admin/accounts/lookup', { body: { accounts } }))
    return new Map(users.map((user) => [user.account_number, user.character_name]))
  }

  /** Everybody, as a file for a spreadsheet. */
  async function exportPeople(): Promise<Blob> {
    return answerOf(coin.GET('/api/v1/admin/users/export', { parseAs: 'blob' })) as Promise<Blob>
  }

  return { createFaction, toggleAdmin, resetPassword, removeApp, lookUp, exportPeople }
}
