import { afterEach, describe, expect, it, vi } from 'vitest'
import { bytesOf, makePasskey, PasskeyRefusal, passkeysWorkHere, signWithPasskey, textOf } from './passkeys'

const bytes = (...values: number[]) => Uint8Array.from(values).buffer

function ceremony(kind: 'create' | 'get', outcome: Promise<unknown>) {
  const asked = vi.fn((_: CredentialCreationOptions & CredentialRequestOptions) => outcome)
  vi.stubGlobal('navigator', { ...navigator, credentials: { [kind]: asked } })
  return asked
}

function at(address: string) {
  vi.stubGlobal('PublicKeyCredential', vi.fn())
  vi.stubGlobal('location', new URL(address))
}

afterEach(() => vi.unstubAllGlobals())

describe('base64url', () => {
  it('writes and reads every byte without padding', () => {
    const all = Uint8Array.from({ length: 256 }, (_, value) => value)
    const text = textOf(all.buffer)
    expect(text).toMatch(/^[A-Za-z0-9_-]+$/)
    expect(new Uint8Array(bytesOf(text))).toEqual(all)
    expect(textOf(bytes(251, 255, 254))).toBe('-__-')
  })
})

describe('passkeys work', () => {
  it.each([
    ['https://bank.example/', '', true],
    ['http://localhost:8080/', '', true],
    ['https://bank.example/', 'https://bank.example', true],
    ['https://bank.example/', 'https://bank.example/', true],
    ['http://127.0.0.1:8080/', '', false],
    ['http://192.0.2.7/', '', false],
    ['http://bank.example/', '', false],
    ['https://[2001:db8::1]/', '', false],
    ['https://other.example/', 'https://bank.example', false],
  ])('at %s of a bank at "%s": %s', (address, publicUrl, expected) => {
    at(address)
    expect(passkeysWorkHere(publicUrl)).toBe(expected)
  })

  it('only in browsers that know them', () => {
    vi.stubGlobal('location', new URL('https://bank.example/'))
    expect(passkeysWorkHere('')).toBe(false)
  })
})

describe('a ceremony', () => {
  const creation = {
    challenge: 'AQID',
    rp: { id: 'bank.example', name: 'Bank' },
    user: { id: 'BAUG', name: 'runner', displayName: 'Runner' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    excludeCredentials: [{ id: 'Bwg', type: 'public-key' }],
  }

  it('makes a passkey of what the server asks, and tells it back in the server’s words', async () => {
    const made = { id: 'CQ', rawId: bytes(9), type: 'public-key', response: { clientDataJSON: bytes(10), attestationObject: bytes(11) } }
    const asked = ceremony('create', Promise.resolve(made))
    expect(await makePasskey(creation)).toEqual({
      id: 'CQ',
      rawId: 'CQ',
      type: 'public-key',
      response: { clientDataJSON: 'Cg', attestationObject: 'Cw' },
    })
    const { publicKey } = asked.mock.calls[0]?.[0] as CredentialCreationOptions
    expect(new Uint8Array(publicKey?.challenge as ArrayBuffer)).toEqual(Uint8Array.from([1, 2, 3]))
    expect(publicKey?.excludeCredentials?.[0]?.id).toEqual(bytes(7, 8))
  })

  it('signs for a person whom the device names', async () => {
    const response = { authenticatorData: bytes(1), clientDataJSON: bytes(2), signature: bytes(3), userHandle: null }
    ceremony('get', Promise.resolve({ id: 'CQ', rawId: bytes(9), type: 'public-key', response }))
    const signed = await signWithPasskey({ challenge: 'AQID', rpId: 'bank.example' })
    expect(signed.response).toEqual({ authenticatorData: 'AQ', clientDataJSON: 'Ag', signature: 'Aw', userHandle: null })
  })

  it.each([
    ['NotAllowedError', 'passkey_declined'],
    ['InvalidStateError', 'passkey_known_here'],
    ['SecurityError', 'passkey_impossible'],
  ])('that ends with %s says so', async (name, code) => {
    ceremony('create', Promise.reject(new DOMException('no', name)))
    const refusal = await makePasskey(creation).catch((reason: unknown) => reason)
    expect(refusal).toBeInstanceOf(PasskeyRefusal)
    expect(refusal).toMatchObject({ code })
  })
})
