import { useI18n } from 'vue-i18n'
import { useReadingLocale } from '@/shared/i18n/use-reading-locale'
import { localDay } from './transaction-view'

const DAY_MS = 86_400_000

/** Words for kinds, days and moments of transactions in the person's language. */
export function useTransactionWords() {
  const { t, te } = useI18n()
  const locale = useReadingLocale()

  function typeName(type: string): string {
    if (te(`transaction.type.${type}`)) return t(`transaction.type.${type}`)
    const words = type.replaceAll('_', ' ')
    return words.charAt(0).toUpperCase() + words.slice(1)
  }

  function dayName(day: string, now: Date): string {
    if (day === localDay(now)) return t('transaction.today')
    if (day === localDay(new Date(now.getTime() - DAY_MS))) return t('transaction.yesterday')
    const isThisYear = day.startsWith(String(now.getFullYear()))
    const style: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' }
    if (!isThisYear) style.year = 'numeric'
    return new Date(`${day}T12:00:00`).toLocaleDateString(locale.value, style)
  }

  function timeOfDay(timestamp: string): string {
    return new Date(timestamp).toLocaleTimeString(locale.value, { hour: '2-digit', minute: '2-digit' })
  }

  function moment(timestamp: string): string {
    return new Date(timestamp).toLocaleString(locale.value, { dateStyle: 'medium', timeStyle: 'short' })
  }

  return { typeName, dayName, timeOfDay, moment }
}
