import type { QueryClient } from '@tanstack/vue-query'
import { accountKey } from '@/shared/account/account.queries'
import type { Account, Transaction, TransactionPage } from '@/shared/api/types'
import { LATEST_COUNT, latestKey, NO_FILTER, statementKey } from '@/shared/transactions/transactions.queries'
import type { StreamEvent } from './event-stream'

interface Standing {
  balance: number
  available: number
  held: number
}

/** The stream's documented events (see the contract's /api/v1/stream); others are ignored. */
export type LiveEvent =
  | { type: 'balance'; standing: Standing }
  | { type: 'transaction'; standing: Standing; transaction: Transaction }

/** Reads an event of the stream, or null when it is of a kind this app does not know. */
export function readLiveEvent(event: StreamEvent): LiveEvent | null {
  if (event.type !== 'balance' && event.type !== 'transaction') return null
  const data = JSON.parse(event.data) as Standing & { transaction: Transaction }
  const standing = { balance: data.balance, available: data.available, held: data.held }
  if (event.type === 'balance') return { type: 'balance', standing }
  return { type: 'transaction', standing, transaction: data.transaction }
}

function withEntry(page: TransactionPage, entry: Transaction): TransactionPage {
  if (page.transactions.some((known) => known.id === entry.id)) return page
  return { ...page, transactions: [entry, ...page.transactions].sort((a, b) => b.id - a.id) }
}

/**
 * Brings an event into everything the screens show.
 * Law: an answer that was asked for before the event must not overwrite it afterwards, so such questions are cancelled.
 */
export async function applyLiveEvent(queryClient: QueryClient, event: LiveEvent): Promise<void> {
  if (queryClient.getQueryData(accountKey)) {
    await queryClient.cancelQueries({ queryKey: accountKey })
    queryClient.setQueryData<Account>(accountKey, (account) => account && { ...account, ...event.standing })
  }
  if (event.type === 'transaction') addToLists(queryClient, event.transaction)
}

function addToLists(queryClient: QueryClient, entry: Transaction): void {
  queryClient.setQueryData<TransactionPage>(latestKey, (page) => {
    if (!page) return page
    const { transactions } = withEntry(page, entry)
    return { ...page, transactions: transactions.slice(0, LATEST_COUNT) }
  })
  queryClient.setQueryData<{ pages: TransactionPage[]; pageParams: string[] }>([...statementKey, NO_FILTER], (statement) => {
    const [first, ...rest] = statement?.pages ?? []
    return statement && first ? { ...statement, pages: [withEntry(first, entry), ...rest] } : statement
  })
  // A filtered statement may or may not include the entry; the server knows.
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) =>
      statementKey.every((part, at) => queryKey[at] === part) && JSON.stringify(queryKey[2]) !== JSON.stringify(NO_FILTER),
  })
}
