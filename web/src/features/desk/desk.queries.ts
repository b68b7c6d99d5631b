import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/vue-query'
import type { BankApi } from '@/shared/api/bank-api'
import type { AuditPage, FactionState, Integrity, JournalPage, PersonDetails, Supply, TreasuryState } from '@/shared/api/desk-types'
import { answerOf } from '@/shared/api/problem'
import type { Account } from '@/shared/api/types'
import { momentsOfDays } from '@/shared/transactions/transaction-view'

/** Where everything that staff see lies in the query cache. */
export const deskKey = ['desk'] as const
export const auditKey = [...deskKey, 'audit'] as const

const PAGE_LENGTH = 50
/** The log seals what was done a moment later, so the list looks again by itself. */
const AUDIT_REFRESH_MS = 5_000

/** Every coin there is. */
export function supplyQuery(api: BankApi) {
  return queryOptions({
    queryKey: [...deskKey, 'supply'],
    queryFn: async ({ signal }): Promise<Supply> => answerOf(api.coin.GET('/api/admin/supply', { signal })),
  })
}

/** Whether the books add up at this moment. */
export function integrityQuery(api: BankApi) {
  return queryOptions({
    queryKey: [...deskKey, 'integrity'],
    queryFn: async ({ signal }): Promise<Integrity> => answerOf(api.coin.GET('/api/admin/integrity', { signal })),
  })
}

/** The four treasuries. */
export function treasuriesQuery(api: BankApi) {
  return queryOptions({
    queryKey: [...deskKey, 'treasuries'],
    queryFn: async ({ signal }): Promise<TreasuryState[]> =>
      (await answerOf(api.coin.GET('/api/admin/treasury', { signal }))).treasuries,
  })
}

/** People by part of a name or number; an empty text finds the first ones. */
export function peopleQuery(api: BankApi, text: string) {
  return queryOptions({
    queryKey: [...deskKey, 'people', text],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<Account[]> =>
      (await answerOf(api.coin.GET('/api/v1/admin/users/search', { signal, params: { query: { q: text } } }))).users,
  })
}

/** One person, and how often they paid and were paid. */
export function personQuery(api: BankApi, account: string) {
  return queryOptions({
    queryKey: [...deskKey, 'person', account],
    queryFn: async ({ signal }): Promise<PersonDetails> =>
      answerOf(api.coin.GET('/api/v1/admin/users/{account}', { signal, params: { path: { account } } })),
  })
}

/** All factions with their people and coins. */
export function factionsQuery(api: BankApi) {
  return queryOptions({
    queryKey: [...deskKey, 'factions'],
    queryFn: async ({ signal }): Promise<FactionState[]> =>
      (await answerOf(api.coin.GET('/api/v1/admin/factions/list', { signal }))).factions,
  })
}

/** What the journal is narrowed to; days are local (YYYY-MM-DD), empty text means no limit. */
export interface JournalFilter {
  account: string
  type: string
  fromDay: string
  toDay: string
}

export const WHOLE_JOURNAL: JournalFilter = { account: '', type: '', fromDay: '', toDay: '' }

/** Everybody's transactions, page after page, newest first. */
export function journalQuery(api: BankApi, filter: JournalFilter) {
  return infiniteQueryOptions({
    queryKey: [...deskKey, 'journal', filter],
    queryFn: ({ pageParam, signal }): Promise<JournalPage> => {
      const query = {
        limit: PAGE_LENGTH,
        ...(pageParam ? { cursor: pageParam } : {}),
        ...(filter.type ? { type: filter.type } : {}),
        ...(filter.account ? { account: filter.account } : {}),
        ...momentsOfDays(filter.fromDay, filter.toDay),
      }
      return answerOf(api.coin.GET('/api/v1/admin/transactions', { signal, params: { query } }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  })
}

/** What staff and their programs did, page after page, newest first. */
export function auditQuery(api: BankApi) {
  return infiniteQueryOptions({
    queryKey: auditKey,
    refetchInterval: AUDIT_REFRESH_MS,
    queryFn: ({ pageParam, signal }): Promise<AuditPage> => {
      const query = { limit: PAGE_LENGTH, ...(pageParam ? { cursor: pageParam } : {}) }
      return answerOf(api.coin.GET('/api/v1/admin/audit-logs', { signal, params: { query } }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  })
}
