import { infiniteQueryOptions, keepPreviousData, queryOptions, useQueryClient } from '@tanstack/vue-query'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { MemberPage, MemberWithWallet } from '@/shared/api/types'
import type { Role } from '@/shared/account/roles'
import { deskKey } from '../desk.queries'

const membersKey = [...deskKey, 'members'] as const
const PAGE_LENGTH = 20

/** Everybody of the platform, or those whose name or address holds a text, page after page, the newest first. */
export function membersQuery(api: BankApi, search: string) {
  return infiniteQueryOptions({
    queryKey: [...membersKey, 'list', search],
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }): Promise<MemberPage> => {
      const query = { page: pageParam, pageSize: PAGE_LENGTH, ...(search ? { search } : {}) }
      return answerOf(api.auth.GET('/api/admin/users', { signal, params: { query } }))
    },
    initialPageParam: 1,
    getNextPageParam: ({ pagination }) =>
      pagination.page * pagination.pageSize < pagination.total ? pagination.page + 1 : null,
  })
}

/** One person of the platform with what they hold. */
export function memberQuery(api: BankApi, id: string) {
  return queryOptions({
    queryKey: [...membersKey, 'one', id],
    queryFn: async ({ signal }): Promise<MemberWithWallet> =>
      (await answerOf(api.auth.GET('/api/admin/users/{user_id}', { signal, params: { path: { user_id: id } } }))).user,
  })
}

/** What administrators do with people. Every function raises Refusal or Unreachable. */
export function useMemberActs() {
  const { auth } = useBankApi()
  const queryClient = useQueryClient()

  async function changed(answer: Promise<unknown>): Promise<void> {
    await answer
    await queryClient.invalidateQueries({ queryKey: membersKey })
  }

  const changeRole = (id: string, role: Role): Promise<void> =>
    changed(answerOf(auth.PATCH('/api/admin/users/{user_id}/role', { params: { path: { user_id: id } }, body: { role } })))

  /** Shuts a person out, or lets them in again. */
  const setActive = (id: string, isActive: boolean): Promise<void> =>
    changed(answerOf(auth.PATCH('/api/admin/users/{user_id}/status', { params: { path: { user_id: id } }, body: { isActive } })))

  /** Takes a lost authenticator app away; the person is signed out everywhere. */
  const removeApp = (id: string): Promise<void> =>
    changed(answerOf(auth.DELETE('/api/admin/users/{user_id}/second-factor', { params: { path: { user_id: id } } })))

  /** Shuts a person out for ever and forgets who they were. */
  const remove = (id: string): Promise<void> =>
    changed(answerOf(auth.DELETE('/api/admin/users/{user_id}', { params: { path: { user_id: id } } })))

  return { changeRole, setActive, removeApp, remove }
}
