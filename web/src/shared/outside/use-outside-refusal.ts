import { useI18n } from 'vue-i18n'

/** Why an account elsewhere opened nothing here: a code that came back in the address, in a sentence. */
export function useOutsideRefusal(): (code: string) => string {
  const { t, te } = useI18n()
  return (code) => {
    if (!code) return ''
    return te(`outside.${code}`) ? t(`outside.${code}`) : t('outside.outside_sign_in_refused')
  }
}
