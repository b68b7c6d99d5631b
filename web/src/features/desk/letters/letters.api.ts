import { infiniteQueryOptions, queryOptions } from '@tanstack/vue-query'
import type { BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { LetterPage, OpenedLetter } from '@/shared/api/types'
import { deskKey } from '../desk.queries'

const lettersKey = [...deskKey, 'letters'] as const
const PAGE_LENGTH = 50
/** The postman comes by himself. */
const REFRESH_MS = 5_000

/** What the bank wrote to people, page after page, newest first. */
export function lettersQuery(api: BankApi) {
  return infiniteQueryOptions({
    queryKey: [...lettersKey, 'list'],
    refetchInterval: REFRESH_MS,
    queryFn: ({ pageParam, signal }): Promise<LetterPage> => {
      const query = { limit: PAGE_LENGTH, ...(pageParam ? { cursor: pageParam } : {}) }
      return answerOf(api.auth.GET('/api/v1/auth/admin/letters', { signal, params: { query } }))
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  })
}

/** One letter with what it says; only letters that no mail server took can be read. */
export function letterQuery(api: BankApi, id: string) {
  return queryOptions({
    queryKey: [...lettersKey, 'one', id],
    // What a letter says opens its reader's account: it stays no longer than it is looked at.
    gcTime: 0,
    queryFn: ({ signal }): Promise<OpenedLetter> =>
      answerOf(api.auth.GET('/api/v1/auth/admin/letters/{letter_id}', { signal, params: { path: { letter_id: id } } })),
  })
}
