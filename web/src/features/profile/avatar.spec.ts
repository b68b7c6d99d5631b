import { describe, expect, it } from 'vitest'
import { pictureMistake, SUGGESTED_AVATARS } from './avatar'

describe('a profile picture', () => {
  it.each(['', ...SUGGESTED_AVATARS.map(({ symbol }) => symbol), '👩🏽‍🚀', '🇩🇪', 'https://example.org/face.png'])(
    'may be %j',
    (text) => {
      expect(pictureMistake(text)).toBeNull()
    },
  )

  it.each(['http://example.org/face.png', 'javascript:alert(1)', 'data:image/png;base64,AAAA', 'https://'])(
    'must not be the address %j',
    (text) => {
      expect(pictureMistake(text)).toBe('pictureNotHttps')
    },
  )

  it.each(['runner', '12', '🤖 runner', '🤖'.repeat(13)])('must not be the text %j', (text) => {
    expect(pictureMistake(text)).toBe('pictureNotEmoji')
  })
})
