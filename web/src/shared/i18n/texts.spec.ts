import { describe, expect, it, vi } from 'vitest'
import { createBankI18n } from './bank-i18n'
import firstDe from './de.json'
import firstEn from './en.json'

interface Texts {
  [key: string]: string | Texts
}

const areas = import.meta.glob<Texts>('./areas/*.json', { import: 'default', eager: true })

function merged(one: Texts, other: Texts): Texts {
  const part = (key: string, text: string | Texts) => {
    const known = one[key]
    return typeof known === 'object' && typeof text === 'object' ? merged(known, text) : text
  }
  return { ...one, ...Object.fromEntries(Object.entries(other).map(([key, text]) => [key, part(key, text)])) }
}

/** The first texts and those of all areas, as somebody has them who opened every screen. */
function wholeBook(first: Texts, language: string): Texts {
  return Object.keys(areas)
    .filter((path) => path.endsWith(`.${language}.json`))
    .reduce((book, path) => merged(book, areas[path] ?? {}), first)
}

const en = wholeBook(firstEn, 'en')
const de = wholeBook(firstDe, 'de')

function keysOf(texts: Texts, prefix = ''): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  )
}

function textOf(texts: Texts, key: string): string {
  return key.split('.').reduce<string | Texts>((part, name) => (part as Texts)[name] ?? '', texts) as string
}

function placeholders(text: string): string[] {
  return [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
}

const files = import.meta.glob<string>('/src/**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true })
const sources = Object.entries(files)
  .filter(([path]) => !path.endsWith('.spec.ts'))
  .map(([, text]) => text)
  .join('\n')

/** The server speaks English itself; only other languages translate its refusals. */
const germanKeys = keysOf(de).filter((key) => !key.startsWith('refusal.'))

describe('the texts', () => {
  it('exist in both languages', () => {
    expect(germanKeys.sort()).toEqual(keysOf(en).sort())
  })

  it('say something, with the same placeholders, in both languages', () => {
    const describe = (texts: Texts) =>
      keysOf(en).map((key) => [key, textOf(texts, key) !== '', ...placeholders(textOf(texts, key))])
    expect(describe(de)).toEqual(describe(en))
    expect(describe(en).every(([, isWritten]) => isWritten)).toBe(true)
  })

  it('can all be shown', () => {
    const complaints = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const i18n = createBankI18n()
    for (const [language, texts] of [['en', en], ['de', de]] as const) i18n.global.setLocaleMessage(language, texts as never)
    for (const locale of ['en', 'de'] as const) {
      i18n.global.locale.value = locale
      for (const key of keysOf(locale === 'en' ? en : de)) i18n.global.t(key, { count: 1 }, 1)
    }
    expect(complaints.mock.calls.filter(([text]) => String(text).includes('compilation error'))).toEqual([])
  })

  it('include every text that a screen asks for', () => {
    const asked = [...sources.matchAll(/\bt\('([\w.]+)'/g)].map((match) => match[1] ?? '')
    expect(asked.length).toBeGreaterThan(50)
    expect(asked.filter((key) => !keysOf(en).includes(key))).toEqual([])
  })

  it('are all used', () => {
    const built = [
      ...['desk.act.', 'desk.audit.act.', 'desk.overview.part.', 'desk.prizes.mistake.', 'desk.role.', 'desk.treasury.'],
      ...['keys.may.', 'keys.mayHint.', 'webhooks.event.'],
      ...['transaction.type.', 'character.symbol.', 'character.pictureNot', 'casino.symbol.', 'casino.check.', 'casino.limit.'],
      ...['apps.scope.', 'clients.scope.', 'clients.way.', 'clients.wayHint.'],
      ...['security.act.', 'security.means.', 'members.letter.', 'members.letterPlace.', 'members.roleHint.', 'members.status', 'outside.'],
    ]
    const isUsed = (key: string) => sources.includes(`'${key}'`) || built.some((start) => key.startsWith(start))
    expect(keysOf(en).filter((key) => !isUsed(key))).toEqual([])
  })
})
