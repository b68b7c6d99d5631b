import { queryOptions, useQueryClient } from '@tanstack/vue-query'
import { accountKey } from '@/shared/account/account.queries'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { Account, SignedInDevice } from '@/shared/api/types'

export const devicesKey = ['devices'] as const

/** Where the signed-in person is signed in. */
export function devicesQuery(api: BankApi) {
  return queryOptions({
    queryKey: devicesKey,
    queryFn: async ({ signal }): Promise<SignedInDevice[]> =>
      (await answerOf(api.auth.GET('/api/v1/auth/sessions', { signal }))).sessions,
  })
}

/** What a person may change about themselves. Every function raises Refusal or Unreachable. */
export function useProfileChanges() {
  const api = useBankApi()
  const queryClient = useQueryClient()

  async function saveProfile(change: { faction?: string; profile_picture?: string }): Promise<void> {
    const answer = await answerOf(api.coin.PUT('/api/v1/account/profile', { body: change }))
    queryClient.setQueryData<Account>(accountKey, (account) => ({ ...account, ...answer.account }))
  }

  async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
    const body = { current_password: currentPassword, new_password: newPassword }
    await answerOf(api.auth.PUT('/api/v1/account/password', { body }))
    await queryClient.invalidateQueries({ queryKey: devicesKey })
  }

  async function signOutDevice(id: string): Promise<void> {
    await answerOf(api.auth.DELETE('/api/v1/auth/sessions/{session_id}', { params: { path: { session_id: id } } }))
    await queryClient.invalidateQueries({ queryKey: devicesKey })
  }

  return { saveProfile, changePassword, signOutDevice }
}
