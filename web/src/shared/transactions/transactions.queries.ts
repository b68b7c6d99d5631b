import { infiniteQueryOptions, queryOptions } from '@tanstack/vue-query'
import type { BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { TransactionPage } from '@/shared/api/types'
import { momentsOfDays } from './transaction-view'

/** Where every list of transactions lies in the query cache. */
export const transactionsKey = ['transactions'] as const
export const latestKey = [...transactionsKey, 'latest'] as const
export const statementKey = [...transactionsKey, 'statement'] as const

export const LATEST_COUNT = 8
const PAGE_LENGTH = 30

/** What a statement is narrowed to; days are local (YYYY-MM-DD), empty text means no limit. */
export interface StatementFilter {
  search: string
  type: string
  fromDay: string
  toDay: string
}

export const NO_FILTER: StatementFilter = { search: '', type: '', fromDay: '', toDay: '' }

/** The newest transactions, for the home screen and for the people paid lately. */
export function latestQuery(api: BankApi) {
  return queryOptions({
    queryKey: latestKey,
    queryFn: async ({ signal }): Promise<TransactionPage> =>
      answerOf(api.coin.GET('/api/v1/account/transactions', { signal, params: { query: { limit: LATEST_COUNT } } })),
  })
}

async function statementPage(api: BankApi, filter: StatementFilter, cursor: string, signal: AbortSignal) {
  const paging = { limit: PAGE_LENGTH, ...(cursor ? { cursor } : {}) }
  if (filter.search) {
    const query = { q: filter.search, ...paging }
    return answerOf(api.coin.GET('/api/v1/account/transactions/search', { signal, params: { query } }))
  }
  const query = { ...paging, ...(filter.type ? { type: filter.type } : {}), ...momentsOfDays(filter.fromDay, filter.toDay) }
  return answerOf(api.coin.GET('/api/v1/account/transactions', { signal, params: { query } }))
}

/** The whole statement, page after page, newest first. */
export function statementQuery(api: BankApi, filter: StatementFilter) {
  return infiniteQueryOptions({
    queryKey: [...statementKey, filter],
    queryFn: ({ pageParam, signal }): Promise<TransactionPage> => statementPage(api, filter, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  })
}
