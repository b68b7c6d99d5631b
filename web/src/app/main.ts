import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { bankApiKey, createBankApi } from '@/shared/api/bank-api'
import { answerOf, Refusal } from '@/shared/api/problem'
import { bankConfigKey, loadBankConfig } from '@/shared/config/bank-config'
import { bankI18nKey, createBankI18n, preferredLanguage, showLanguage } from '@/shared/i18n/bank-i18n'
import { createBrowserSession } from '@/shared/session/browser-session'
import { sessionKeeperKey, useSessionStore } from '@/shared/session/session.store'
import { applyTheme } from '@/shared/theme/apply-theme'
import type { ThemeId } from '@/shared/theme/theme'
import '@/shared/theme/fonts.css'
import '@/shared/theme/base.css'
import './layout.css'
import App from './App.vue'
import { createBankRouter } from './router'
import { showStartFailure } from './start-failure'

const RETRIES_MAX = 2
/** The live stream keeps the cache current; this only covers what it does not tell. */
const FRESH_MS = 15_000

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        // Without a network a question fails and says so, instead of waiting silently.
        networkMode: 'always',
        refetchOnReconnect: true,
        retry: (failures, reason) =>
          failures < RETRIES_MAX && navigator.onLine && !(reason instanceof Refusal && reason.status < 500),
      },
      // Law: nothing a person tapped is sent later by itself.
      mutations: { networkMode: 'always', retry: false },
    },
  })
}

function registerServiceWorker(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  // Without it the app works all the same, only not without a network.
  navigator.serviceWorker.register('/service-worker.js').catch(() => undefined)
}

async function start(): Promise<void> {
  const i18n = createBankI18n()
  const keeper = createBrowserSession()
  const api = createBankApi(window.location.origin, keeper, window.fetch.bind(window))
  const language = showLanguage(i18n, preferredLanguage()).catch(() => undefined)
  const config = await loadBankConfig(() => answerOf(api.coin.GET('/api/v1/config'))).catch(() => null)
  await language
  applyTheme((config?.theme ?? 'neotropolis') as ThemeId)
  if (!config) return showStartFailure(i18n)

  const pinia = createPinia()
  const app = createApp(App)
    .use(VueQueryPlugin, { queryClient: createQueryClient() })
    .use(i18n)
    .use(pinia)
    .provide(bankApiKey, api)
    .provide(bankConfigKey, config)
    .provide(bankI18nKey, i18n)
    .provide(sessionKeeperKey, keeper)
  await app.runWithContext(() => useSessionStore(pinia).resume())
  const router = createBankRouter(pinia, i18n)
  app.use(router)
  await router.isReady()
  app.mount('#app')
  registerServiceWorker()
}

void start()
