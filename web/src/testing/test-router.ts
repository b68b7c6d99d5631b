import { createMemoryHistory } from 'vue-router'
import { createBankRouter } from '@/app/router'
import { loadAreaTexts, type TextArea } from '@/shared/i18n/area-texts'
import type { testBank } from './test-bank'

/** The app's own screens and texts, without an address bar. */
export async function openScreens(bank: ReturnType<typeof testBank>, area: TextArea) {
  await loadAreaTexts(bank.i18n, area)
  const router = createBankRouter(bank.pinia, bank.i18n, createMemoryHistory())
  return { router, global: { ...bank.global, plugins: [...bank.global.plugins, router] } }
}
