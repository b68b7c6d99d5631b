import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'

/** How this device writes dates and numbers in the chosen language: British days stay British in English. */
export function useReadingLocale(): ComputedRef<string> {
  const { locale } = useI18n()
  return computed(() => navigator.languages.find((tag) => tag.split('-')[0] === locale.value) ?? locale.value)
}
