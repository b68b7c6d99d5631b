import { queryOptions, useQueryClient } from '@tanstack/vue-query'
import { useBankApi, type BankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import type { ConnectedApp } from '@/shared/api/types'

const key = ['connected-apps'] as const

/** The apps that the signed-in person let in, the latest used first. */
export function connectedAppsQuery(api: BankApi) {
  return queryOptions({
    queryKey: key,
    queryFn: async ({ signal }): Promise<ConnectedApp[]> =>
      (await answerOf(api.auth.GET('/api/auth/connected-apps', { signal }))).apps,
  })
}

/** Withdraws what a person granted an app. The returned function raises Refusal or Unreachable. */
export function useDisconnect() {
  const api = useBankApi()
  const queryClient = useQueryClient()
  return async (app: ConnectedApp): Promise<void> => {
    await answerOf(api.auth.DELETE('/api/auth/connected-apps/{app_id}', { params: { path: { app_id: app.id } } }))
    await queryClient.invalidateQueries({ queryKey: key })
  }
}
