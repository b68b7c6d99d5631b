import { useBankApi } from '@/shared/api/bank-api'
import { answerOf } from '@/shared/api/problem'
import { COOKIE_TRANSPORT } from '@/shared/session/browser-session'
import { useSessionStore, type Challenge } from '@/shared/session/session.store'

export interface NewMember {
  fullName: string
  email: string
  password: string
}

export interface MailedCode {
  email: string
  code: string
  /** Names the sign-in that asked for the code. */
  loginId: string
}

/** Ways in for people with a mail address. Every function raises Refusal or Unreachable. */
export function useMailSignIn() {
  const api = useBankApi()
  const session = useSessionStore()
  const headers = COOKIE_TRANSPORT

  /** Opens an account and signs in; whether the address had one already, only its owner learns, by mail. */
  async function join(member: NewMember): Promise<void> {
    session.enter(await answerOf(api.auth.POST('/api/auth/register', { headers, body: { ...member } })))
  }

  /** Has six digits mailed and gives the id of this sign-in. */
  async function askCode(email: string): Promise<string> {
    return (await answerOf(api.auth.POST('/api/auth/login/init', { body: { email } }))).loginId
  }

  /** Signs in with the mailed digits, or gives the challenge that still wants a second factor. */
  async function answerCode(mailed: MailedCode): Promise<Challenge | null> {
    return session.enterOrAsk(await answerOf(api.auth.POST('/api/auth/login/verify', { headers, body: { ...mailed } })))
  }

  /** Has a link for a new password mailed, if the address has an account; nobody learns whether it has. */
  async function sendLink(email: string): Promise<void> {
    await answerOf(api.auth.POST('/api/auth/forgot-password', { body: { email } }))
  }

  return { join, askCode, answerCode, sendLink }
}
