import { queryOptions } from '@tanstack/vue-query'
import { answerOf } from '@/shared/api/problem'
import type { BankApi } from '@/shared/api/bank-api'
import type { AccountCard, Transaction } from '@/shared/api/types'
import { viewFrom } from '@/shared/transactions/transaction-view'

const PREVIEW_FRESH_MS = 60_000

/** Whose account a number is. */
export function receiverQuery(api: BankApi, accountNumber: string) {
  return queryOptions({
    queryKey: ['receiver', accountNumber],
    staleTime: PREVIEW_FRESH_MS,
    queryFn: async ({ signal }): Promise<AccountCard> =>
      answerOf(
        api.coin.GET('/api/v1/accounts/{number}', { signal, params: { path: { number: accountNumber } } }),
      ),
  })
}

export interface RecentPerson {
  name: string
  accountNumber: string
}

/** The people of the latest transfers, newest first, each once. */
export function recentPeople(transactions: readonly Transaction[], ownAccount: string | null): RecentPerson[] {
  const people = new Map<string, RecentPerson>()
  for (const transaction of transactions) {
    const { otherAccount, otherName } = viewFrom(transaction, ownAccount)
    if (transaction.type !== 'transfer' || otherAccount === ownAccount || people.has(otherAccount)) continue
    people.set(otherAccount, { name: otherName, accountNumber: otherAccount })
  }
  return [...people.values()]
}
