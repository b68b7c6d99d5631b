import { infiniteQueryOptions } from '@tanstack/vue-query'
import type { BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { SecurityEventPage } from '@/shared/api/types'

const PAGE_LENGTH = 20
/** The log seals what was done a moment later, so the list looks again by itself. */
const REFRESH_MS = 5_000

/** What was done to accounts, page after page, newest first: one's own, or for staff everybody's. */
export function securityEventsQuery(api: BankApi, whose: 'own' | 'everybody') {
  const path = whose === 'own' ? '/api/v1/auth/security-events' : '/api/v1/auth/admin/security-events'
  return infiniteQueryOptions({
    queryKey: ['security-events', whose],
    refetchInterval: REFRESH_MS,
    queryFn: ({ pageParam, signal }): Promise<SecurityEventPage> => {
      const query = { limit: PAGE_LENGTH, ...(pageParam ? { cursor: pageParam } : {}) }
      return answerOf(api.auth.GET(path, { signal, params: { query } }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  })
}
