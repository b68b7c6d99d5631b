import { describe, expect, it } from 'vitest'
import { draftOf, EMPTY_DRAFT, termsOf } from './client-terms'

const TERMS = {
  name: 'Shop',
  redirectUris: ['https://shop.example/callback', 'https://shop.example/other'],
  postLogoutRedirectUris: [],
  scopes: ['openid', 'offline_access', 'coins:spend'],
  grantTypes: ['authorization_code', 'refresh_token'],
  requirePkce: true,
}
const SHOP = { ...TERMS, id: 'client_1', isPublic: false, createdAt: '2026-11-21T12:00:00Z' }

describe('the terms of an app', () => {
  it('come back from the form as they were registered', () => {
    expect(termsOf(draftOf(SHOP))).toEqual(TERMS)
  })

  it('have one address per line, without empty lines', () => {
    const draft = { ...EMPTY_DRAFT, redirectUris: '  https://a.example/x \n\n https://b.example/y\n' }
    expect(termsOf(draft).redirectUris).toEqual(['https://a.example/x', 'https://b.example/y'])
  })

  it('ask for refresh tokens only where the app stays connected', () => {
    expect(termsOf(EMPTY_DRAFT).grantTypes).toEqual(['authorization_code'])
    expect(termsOf({ ...EMPTY_DRAFT, scopes: ['openid', 'offline_access'] }).grantTypes).toContain('refresh_token')
  })

  it('know apps of servers and of devices', () => {
    const { grantTypes } = termsOf({ ...EMPTY_DRAFT, ways: ['device', 'server'] })
    expect(grantTypes).toEqual(['urn:ietf:params:oauth:grant-type:device_code', 'client_credentials'])
  })
})
