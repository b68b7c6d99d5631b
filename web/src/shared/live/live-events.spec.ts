import { QueryClient } from '@tanstack/vue-query'
import { beforeEach, describe, expect, it } from 'vitest'
import { accountKey } from '@/shared/account/account.queries'
import type { Account, Transaction, TransactionPage } from '@/shared/api/types'
import { latestKey, NO_FILTER, statementKey } from '@/shared/transactions/transactions.queries'
import { applyLiveEvent, readLiveEvent, type LiveEvent } from './live-events'

const entry = (id: number): Transaction => ({
  id,
  from_account: 'NC-AAAA-AAAA',
  from_name: 'Runner',
  to_account: 'NC-BBBB-BBBB',
  to_name: 'Fixer',
  amount: 5,
  memo: '',
  timestamp: '2026-11-21T12:00:00Z',
  type: 'transfer',
  balance_after: null,
})
const standing = { balance: 1005, available: 1000, held: 5 }
const arrival = (id: number): LiveEvent => ({ type: 'transaction', standing, transaction: entry(id) })

let queryClient: QueryClient
beforeEach(() => {
  queryClient = new QueryClient()
  queryClient.setQueryData(accountKey, { character_name: 'Fixer', balance: 1000, available: 1000, held: 0 } as Account)
})

describe('an event of the live stream', () => {
  it('is read by its kind, and an unknown kind is left alone', () => {
    const data = JSON.stringify({ ...standing, version: 9 })
    expect(readLiveEvent({ id: '1', type: 'balance', data })).toEqual({ type: 'balance', standing })
    expect(readLiveEvent({ id: '1', type: 'weather', data })).toBeNull()
  })

  it('changes the balance and nothing else of the account', async () => {
    await applyLiveEvent(queryClient, { type: 'balance', standing })
    expect(queryClient.getQueryData(accountKey)).toEqual({ character_name: 'Fixer', ...standing })
  })

  it('wins over an answer that was asked for before it', async () => {
    let answer: (account: Account) => void = () => undefined
    const question = queryClient
      .fetchQuery({ queryKey: accountKey, staleTime: 0, queryFn: () => new Promise<Account>((resolve) => (answer = resolve)) })
      .catch(() => undefined)
    await applyLiveEvent(queryClient, { type: 'balance', standing })
    answer({ character_name: 'Fixer', balance: 1000, available: 1000, held: 0 } as Account)
    await question
    expect(queryClient.getQueryData<Account>(accountKey)?.balance).toBe(1005)
  })

  it('puts a payment on top of the latest ones and of the statement, once', async () => {
    const page = (...ids: number[]): TransactionPage => ({ transactions: ids.map(entry), next_cursor: null })
    queryClient.setQueryData(latestKey, page(8, 7, 6, 5, 4, 3, 2, 1))
    queryClient.setQueryData([...statementKey, NO_FILTER], { pages: [page(8, 7), page(6)], pageParams: ['', 'x'] })
    await applyLiveEvent(queryClient, arrival(9))
    await applyLiveEvent(queryClient, arrival(9))
    const ids = (list: TransactionPage | undefined) => list?.transactions.map((each) => each.id)
    expect(ids(queryClient.getQueryData(latestKey))).toEqual([9, 8, 7, 6, 5, 4, 3, 2])
    const statement = queryClient.getQueryData<{ pages: TransactionPage[] }>([...statementKey, NO_FILTER])
    expect(statement?.pages.map(ids)).toEqual([[9, 8, 7], [6]])
  })
})
