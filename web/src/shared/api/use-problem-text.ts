import { useI18n } from 'vue-i18n'
import { Refusal, Unreachable } from './problem'

const SECONDS_WHEN_UNSAID = 60

/** Puts a failure into one plain sentence in the person's language. */
export function useProblemText(): (failure: unknown) => string {
  const { t, te, locale } = useI18n()
  return (failure) => {
    if (failure instanceof Unreachable) return t('problem.unreachable')
    if (!(failure instanceof Refusal)) return t('problem.unknown')
    // The server says it best in English; other languages translate by the stable code.
    const translated = `refusal.${failure.code}`
    if (locale.value !== 'en' && te(translated)) return t(translated)
    if (failure.status === 429) return t('problem.tooMany', { seconds: failure.retryAfterSeconds ?? SECONDS_WHEN_UNSAID })
    if (failure.status >= 500) return t('problem.busy')
    return failure.message || t('problem.unknown')
  }
}
