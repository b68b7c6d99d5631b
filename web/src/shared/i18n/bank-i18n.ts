import type { InjectionKey } from 'vue'
import { createI18n, type I18n } from 'vue-i18n'
import { areaIsLoaded, loadAreaTexts, TEXT_AREAS } from './area-texts'
import en from './en.json'

export const LANGUAGES = ['en', 'de'] as const
export type Language = (typeof LANGUAGES)[number]

export type BankI18n = I18n<Record<string, never>, Record<string, never>, Record<string, never>, Language, false>
export const bankI18nKey: InjectionKey<BankI18n> = Symbol('bank texts')

const STORED_AS = 'loopbank.language'

function isLanguage(text: string | null | undefined): text is Language {
  return LANGUAGES.includes(text as Language)
}

/** The language chosen on this device, or the first of the device's languages that the app speaks. */
export function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED_AS)
  if (isLanguage(stored)) return stored
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en'
}

/** Shows every text in a language, fetching the texts when they are not the built-in ones. */
export async function showLanguage(i18n: BankI18n, language: Language): Promise<void> {
  const before = i18n.global.locale.value as Language
  const areas = TEXT_AREAS.filter((area) => areaIsLoaded(i18n, area, before))
  if (language === 'de' && !('nav' in (i18n.global.getLocaleMessage('de') as object))) {
    i18n.global.setLocaleMessage('de', (await import('./de.json')).default as never)
  }
  await Promise.all(areas.map((area) => loadAreaTexts(i18n, area, language)))
  i18n.global.locale.value = language
  document.documentElement.lang = language
}

/** Shows a language and remembers it on this device. */
export async function switchLanguage(i18n: BankI18n, language: Language): Promise<void> {
  await showLanguage(i18n, language)
  localStorage.setItem(STORED_AS, language)
}

/** The texts of the app, English at first; German is fetched by those who read it. */
export function createBankI18n(): BankI18n {
  // The library's own type names every message; the type of this app only promises the two languages.
  return createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en } }) as unknown as BankI18n
}
