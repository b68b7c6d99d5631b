import type { components } from '@/shared/api/auth'
import { Refusal } from '@/shared/api/problem'

/** What the server takes of a key that the browser made, and of a signature with one. */
export type NewPasskey = components['schemas']['NewCredential']
export type PasskeySignature = components['schemas']['SigningCredential']

/** The server's document for a ceremony of WebAuthn (Level 3, section 5.1.8 and following). */
export type CeremonyDocument = components['schemas']['PasskeyOptionsAnswer']['options']

/** The browser, or whoever holds it, made no passkey or signed nothing. */
export class PasskeyRefusal extends Refusal {
  constructor(code: 'passkey_declined' | 'passkey_known_here' | 'passkey_impossible', message: string) {
    super(0, code, message)
  }
}

/**
 * Whether this page can make and use passkeys. Browsers keep them for sites with a name over HTTPS, or for localhost;
 * the bank takes them at its public address, where it has one.
 */
export function passkeysWorkHere(publicUrl: string): boolean {
  const { hostname, origin, protocol } = window.location
  const isName = /[a-z]/i.test(hostname) && !hostname.includes(':')
  const isSafe = protocol === 'https:' || hostname === 'localhost'
  const isHome = !publicUrl || publicUrl === origin || publicUrl.startsWith(`${origin}/`)
  return 'PublicKeyCredential' in window && isName && isSafe && isHome
}

/** The bytes of a text in base64url. */
export function bytesOf(text: string): ArrayBuffer {
  const letters = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0)).buffer
}

/** Bytes as base64url without padding. */
export function textOf(bytes: ArrayBuffer): string {
  const letters = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('')
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function keyOf({ id, type }: PublicKeyCredentialDescriptorJSON): PublicKeyCredentialDescriptor {
  return { id: bytesOf(id), type: type as PublicKeyCredentialType }
}

/** Waits for a finger, a face or a PIN. Raises PasskeyRefusal. */
async function held(ceremony: Promise<Credential | null>): Promise<PublicKeyCredential> {
  const credential = await ceremony.catch((reason: unknown) => {
    const name = reason instanceof DOMException ? reason.name : ''
    // Browsers do not tell whether somebody declined, waited too long, or has no passkey.
    if (name === 'NotAllowedError' || name === 'AbortError') return null
    if (name === 'InvalidStateError') throw new PasskeyRefusal('passkey_known_here', 'This device already has a passkey of yours.')
    throw new PasskeyRefusal('passkey_impossible', 'This device cannot do that here.')
  })
  if (!credential) throw new PasskeyRefusal('passkey_declined', 'No passkey was used. Try again when you are ready.')
  return credential as PublicKeyCredential
}

/** Has the browser make a passkey. Raises PasskeyRefusal. */
export async function makePasskey(document: CeremonyDocument): Promise<NewPasskey> {
  const options = document as unknown as PublicKeyCredentialCreationOptionsJSON
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: bytesOf(options.challenge),
    rp: options.rp,
    user: { ...options.user, id: bytesOf(options.user.id) },
    pubKeyCredParams: options.pubKeyCredParams,
    excludeCredentials: (options.excludeCredentials ?? []).map(keyOf),
    ...(options.authenticatorSelection ? { authenticatorSelection: options.authenticatorSelection } : {}),
    ...(options.timeout ? { timeout: options.timeout } : {}),
  }
  const { id, rawId, type, response } = await held(navigator.credentials.create({ publicKey }))
  const { clientDataJSON, attestationObject } = response as AuthenticatorAttestationResponse
  return {
    id,
    rawId: textOf(rawId),
    type,
    response: { clientDataJSON: textOf(clientDataJSON), attestationObject: textOf(attestationObject) },
  }
}

/** Has the browser sign with one of the passkeys it keeps for this site. Raises PasskeyRefusal. */
export async function signWithPasskey(document: CeremonyDocument): Promise<PasskeySignature> {
  const options = document as unknown as PublicKeyCredentialRequestOptionsJSON
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: bytesOf(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map(keyOf),
    userVerification: options.userVerification as UserVerificationRequirement,
    ...(options.rpId ? { rpId: options.rpId } : {}),
    ...(options.timeout ? { timeout: options.timeout } : {}),
  }
  const { id, rawId, type, response } = await held(navigator.credentials.get({ publicKey }))
  const { authenticatorData, clientDataJSON, signature, userHandle } = response as AuthenticatorAssertionResponse
  return {
    id,
    rawId: textOf(rawId),
    type,
    response: {
      authenticatorData: textOf(authenticatorData),
      clientDataJSON: textOf(clientDataJSON),
      signature: textOf(signature),
      userHandle: userHandle && textOf(userHandle),
    },
  }
}
