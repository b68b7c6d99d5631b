import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia, type Pinia } from 'pinia'
import { createApp, type App } from 'vue'
import { bankApiKey, createBankApi } from '@/shared/api/bank-api'
import type { Account, BankConfig, Transaction } from '@/shared/api/types'
import { bankConfigKey } from '@/shared/config/bank-config'
import { bankI18nKey, createBankI18n } from '@/shared/i18n/bank-i18n'
import { SessionKeeper } from '@/shared/session/session-keeper'
import { sessionKeeperKey } from '@/shared/session/session.store'

/** The bank as the specs know it: the event profile with two decimals. */
export const CONFIG: BankConfig = {
  profile: 'event',
  product_name: 'NeoBank',
  theme: 'neotropolis',
  currency: { code: 'LBC', symbol: '¤', scale: 2 },
  password_length_min: 6,
  memo_length_max: 140,
  factions: ['Fixers'],
  account_number_prefix: 'NC',
  welcome_bonus: 1000,
  public_url: '',
}

export const RUNNER: Account = {
  character_name: 'Runner',
  account_number: 'NC-AAAA-AAAA',
  faction: '',
  created_at: '2026-11-21T12:00:00Z',
  is_admin: false,
  profile_picture: '',
  free_spins: 0,
  balance: 1000,
  available: 1000,
  held: 0,
  role: 'USER',
}

export const FIXER_CARD = { account_number: 'NC-BBBB-BBBB', character_name: 'Fixer', faction: '', profile_picture: '' }

export const PAYMENT: Transaction = {
  id: 7,
  from_account: 'NC-AAAA-AAAA',
  from_name: 'Runner',
  to_account: 'NC-BBBB-BBBB',
  to_name: 'Fixer',
  amount: 12.5,
  memo: 'Noodles',
  timestamp: '2026-11-21T12:00:00Z',
  type: 'transfer',
  balance_after: 987.5,
}

/** What the server would answer to a request; raise for a network that fails. */
export type Network = (request: Request) => Promise<Response>

/** A JSON answer of the server. */
export function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
}

/** Everything the app provides to its screens, with only the network replaced. */
export function testBank(network: Network, config: BankConfig = CONFIG) {
  const keeper = new SessionKeeper({
    renew: () => Promise.resolve({ outcome: 'refused' }),
    locks: undefined,
    channel: undefined,
    now: () => Date.now(),
    wait: () => Promise.resolve(),
  })
  keeper.begin({ value: 'token', expiresAt: Date.now() + 3_600_000 })
  const api = createBankApi('http://bank.test', keeper, (request) => network(request as Request))
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const pinia = createPinia()
  const i18n = createBankI18n()
  const provide = {
    [bankApiKey as symbol]: api,
    [bankConfigKey as symbol]: config,
    [bankI18nKey as symbol]: i18n,
    [sessionKeeperKey as symbol]: keeper,
  }
  const plugins = [pinia, i18n, [VueQueryPlugin, { queryClient }] as [typeof VueQueryPlugin, unknown]]
  return { keeper, api, queryClient, pinia, i18n, global: { provide, plugins } }
}

/** The same bank as an app without a screen, for stores. */
export function testApp(network: Network): { app: App; pinia: Pinia } {
  const bank = testBank(network)
  const app = createApp({}).use(bank.pinia).use(bank.i18n).use(VueQueryPlugin, { queryClient: bank.queryClient })
  for (const key of Object.getOwnPropertySymbols(bank.global.provide)) app.provide(key, bank.global.provide[key])
  return { app, pinia: bank.pinia }
}
