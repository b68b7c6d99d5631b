import { useI18n } from 'vue-i18n'
import type { CareStanding } from '@/shared/api/types'
import { useTransactionWords } from '@/shared/transactions/use-transaction-words'

/** The server's "for ever" is a date that nobody here will see. */
const FOREVER_YEAR = 2200

/** Says in the reader's language what players have chosen for themselves. */
export function useCareWords() {
  const { t } = useI18n()
  const words = useTransactionWords()

  /** Why the player may not bet now; empty when they may. */
  function absence({ excluded_until: excluded, break_until: pause }: Pick<CareStanding, 'excluded_until' | 'break_until'>): string {
    if (excluded && new Date(excluded).getFullYear() > FOREVER_YEAR) return t('casino.excludedForever')
    if (excluded) return t('casino.excludedUntil', { time: words.moment(excluded) })
    return pause ? t('casino.breakUntil', { time: words.moment(pause) }) : ''
  }

  return { absence }
}
