/** Symbols that fit the city, each with the name a screen reader says. */
export const SUGGESTED_AVATARS = [
  { symbol: '🦾', name: 'arm' },
  { symbol: '🤖', name: 'robot' },
  { symbol: '👾', name: 'alien' },
  { symbol: '💀', name: 'skull' },
  { symbol: '🐍', name: 'snake' },
  { symbol: '🦊', name: 'fox' },
  { symbol: '🐉', name: 'dragon' },
  { symbol: '⚡', name: 'bolt' },
  { symbol: '🔮', name: 'orb' },
  { symbol: '🎧', name: 'headphones' },
  { symbol: '🕶️', name: 'glasses' },
  { symbol: '🌃', name: 'night' },
] as const

/** What a person reads as one symbol may be many code points; this many are a generous limit for one emoji. */
const EMOJI_CODE_POINTS_MAX = 12

/** Why a text is neither an emoji nor an https address; null when it is one of them, or empty. */
export function pictureMistake(text: string): 'pictureNotHttps' | 'pictureNotEmoji' | null {
  if (text === '') return null
  if (text.includes(':')) return URL.canParse(text) && text.startsWith('https://') ? null : 'pictureNotHttps'
  const isEmoji = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(text) && !/\p{Letter}/u.test(text)
  return isEmoji && Array.from(text).length <= EMOJI_CODE_POINTS_MAX ? null : 'pictureNotEmoji'
}
