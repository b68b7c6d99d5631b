import type { BankI18n } from './bank-i18n'

/** Parts of the app with texts of their own, so that nobody loads the texts of screens they never open. */
export type TextArea = 'desk'

type Texts = Record<string, unknown>

const files = import.meta.glob<Texts>('./areas/*.json', { import: 'default' })

/** Adds the texts of an area to those of the shown language, once. */
export async function loadAreaTexts(i18n: BankI18n, area: TextArea): Promise<void> {
  const language = i18n.global.locale.value
  if (i18n.global.te(`${area}.title`, language)) return
  const load = files[`./areas/${area}.${language}.json`]
  if (load) i18n.global.mergeLocaleMessage(language, (await load()) as never)
}
