import { useBankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'

export interface NewCharacter {
  characterName: string
  password: string
  /** Empty when the person belongs to none. */
  faction: string
}

/** Opens accounts for new characters. The returned function raises Refusal or Unreachable. */
export function useRegister() {
  const api = useBankApi()
  return async ({ characterName, password, faction }: NewCharacter): Promise<void> => {
    const body = { character_name: characterName, password, ...(faction ? { faction } : {}) }
    await answerOf(api.auth.POST('/api/v1/auth/register', { body }))
  }
}
