import type { OAuthClient, OAuthClientTerms } from '@/shared/api/types'

export type Scope = OAuthClientTerms['scopes'][number]

/** Every scope, with the name of its words: a colon would be read as something else. */
export const SCOPES: readonly { scope: Scope; words: string }[] = [
  { scope: 'openid', words: 'openid' },
  { scope: 'profile', words: 'profile' },
  { scope: 'email', words: 'email' },
  { scope: 'offline_access', words: 'offline_access' },
  { scope: 'coins:read', words: 'coins_read' },
  { scope: 'coins:spend', words: 'coins_spend' },
]

/** How people or programs get in: each stands for the grant types it needs. */
export const WAYS_IN = ['browser', 'device', 'server'] as const
export type WayIn = (typeof WAYS_IN)[number]

const GRANT_TYPES = {
  browser: 'authorization_code',
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  server: 'client_credentials',
} as const satisfies Record<WayIn, string>

/** The terms of an app as its form holds them: addresses line by line. */
export interface ClientDraft {
  name: string
  redirectUris: string
  postLogoutRedirectUris: string
  scopes: Scope[]
  ways: WayIn[]
  requirePkce: boolean
}

export const EMPTY_DRAFT: Readonly<ClientDraft> = {
  name: '',
  redirectUris: '',
  postLogoutRedirectUris: '',
  scopes: ['openid', 'profile'],
  ways: ['browser'],
  requirePkce: true,
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}

/** The form of an app that is registered. */
export function draftOf(client: OAuthClient): ClientDraft {
  return {
    name: client.name,
    redirectUris: client.redirectUris.join('\n'),
    postLogoutRedirectUris: client.postLogoutRedirectUris.join('\n'),
    scopes: client.scopes as Scope[],
    ways: WAYS_IN.filter((way) => client.grantTypes.includes(GRANT_TYPES[way])),
    requirePkce: client.requirePkce,
  }
}

/** What is sent for a form. Staying connected takes refresh tokens, so the scope brings their grant type with it. */
export function termsOf(draft: ClientDraft): OAuthClientTerms {
  const staysConnected = draft.scopes.includes('offline_access') ? (['refresh_token'] as const) : []
  return {
    name: draft.name.trim(),
    redirectUris: linesOf(draft.redirectUris),
    postLogoutRedirectUris: linesOf(draft.postLogoutRedirectUris),
    scopes: draft.scopes,
    grantTypes: [...draft.ways.map((way) => GRANT_TYPES[way]), ...staysConnected],
    requirePkce: draft.requirePkce,
  }
}
