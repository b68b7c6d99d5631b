import { useI18n } from 'vue-i18n'
import type { Letter } from '@/shared/api/types'

export type LetterPlace = 'waiting' | 'sent' | 'kept' | 'given_up'

/** Where a letter is. Without a mail server it lies on disk, which is not the same as sent. */
export function placeOf({ carrier, state }: Letter): LetterPlace {
  return carrier === 'maildir' ? 'kept' : (state as LetterPlace)
}

/** What a letter is about and where it is, in the reader's language. */
export function useLetterWords() {
  const { t, te } = useI18n()

  /** Kinds that came later than these words are told by their own name. */
  function kind({ kind }: Letter): string {
    return te(`members.letter.${kind}`) ? t(`members.letter.${kind}`) : kind.replaceAll('_', ' ')
  }

  return { kind, place: (letter: Letter): string => t(`members.letterPlace.${placeOf(letter)}`) }
}
