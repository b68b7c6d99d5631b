import { useBankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'

export interface FirstAdministrator {
  /** The secret of the one-time link that the server printed at its first start. */
  token: string
  characterName: string
  password: string
}

/** Creates the first administrator. The returned function raises Refusal or Unreachable. */
export function useSetup() {
  const api = useBankApi()
  return async ({ token, characterName, password }: FirstAdministrator): Promise<void> => {
    const body = { token, character_name: characterName, password }
    await answerOf(api.auth.POST('/api/v1/auth/setup', { body }))
  }
}
