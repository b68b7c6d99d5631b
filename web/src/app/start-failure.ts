import { createApp } from 'vue'
import type { BankI18n } from '@/shared/i18n/bank-i18n'
import StartFailure from './StartFailure.vue'

/** The first visit needs the bank's own description; without it there is nothing to show but that. */
export function showStartFailure(i18n: BankI18n): void {
  createApp(StartFailure).use(i18n).mount('#app')
}
