import type { BankI18n, Language } from './bank-i18n'

/** Parts of the app with texts of their own, so that nobody loads the texts of screens they never open. */
export const TEXT_AREAS = ['access', 'apps', 'clients', 'desk', 'members', 'security'] as const
export type TextArea = (typeof TEXT_AREAS)[number]

const files = import.meta.glob<object>('./areas/*.json', { import: 'default' })

/** Whether the texts of an area are at hand in a language; every area has a title. */
export function areaIsLoaded(i18n: BankI18n, area: TextArea, language: Language): boolean {
  const texts: object = i18n.global.getLocaleMessage(language)
  return 'title' in ((texts as Partial<Record<TextArea, object>>)[area] ?? {})
}

/** Adds the texts of an area to those of a language, once. Raises when the network fails. */
export async function loadAreaTexts(i18n: BankI18n, area: TextArea, language?: Language): Promise<void> {
  language ??= i18n.global.locale.value as Language
  if (areaIsLoaded(i18n, area, language)) return
  const load = files[`./areas/${area}.${language}.json`]
  if (load) i18n.global.mergeLocaleMessage(language, (await load()) as never)
}
