import { inject, type InjectionKey } from 'vue'
import type { BankConfig } from '@/shared/api/types'
import { readStoredRecord } from '@/shared/browser/stored-record'

const STORED_AS = 'loopbank.config'

export const bankConfigKey: InjectionKey<BankConfig> = Symbol('bank config')

/** What this bank is called, how it looks and which rules its forms follow. */
export function useBankConfig(): BankConfig {
  const config = inject(bankConfigKey)
  if (!config) throw new Error('The bank config was not provided to this app.')
  return config
}

/**
 * The config of the last visit at once, or the server's. Without either there is no bank to show: raises.
 * A stored config is refreshed in the background and takes effect at the next start.
 */
export async function loadBankConfig(fetchConfig: () => Promise<BankConfig>): Promise<BankConfig> {
  const stored = readStoredRecord<BankConfig>(STORED_AS)
  const fetched = fetchConfig().then((config) => {
    localStorage.setItem(STORED_AS, JSON.stringify(config))
    return config
  })
  if (!stored) return fetched
  // Offline starts live from the stored copy; the next start tries again.
  fetched.catch(() => undefined)
  return stored
}
