/** What a QR code or a pasted text asks for: an account and perhaps an amount (decimal text) and a memo. */
export interface PaymentRequest {
  accountNumber: string
  amount: string | null
  memo: string | null
}

const GROUP_LENGTH = 4
const GROUPS = 2
const URI_SCHEME = 'loopbank:'

function significant(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, '')
}

/**
 * Arranges whatever has been typed so far as PREFIX-XXXX-XXXX: capitals, dashes, no stray characters.
 * The prefix may be left out; the numbers of this bank all share it.
 */
export function formatAccountNumber(text: string, prefix: string): string {
  const typed = significant(text)
  if (prefix.startsWith(typed)) return typed
  const body = typed.startsWith(prefix) ? typed.slice(prefix.length) : typed
  const groups = body.slice(0, GROUP_LENGTH * GROUPS).match(new RegExp(`.{1,${GROUP_LENGTH}}`, 'g')) ?? []
  return [prefix, ...groups].join('-')
}

/** Whether the text is a whole account number of this bank. */
export function isAccountNumber(text: string, prefix: string): boolean {
  return new RegExp(`^${prefix}(-[A-Z0-9]{${GROUP_LENGTH}}){${GROUPS}}$`).test(text)
}

/** The same request as an address of the bank's own app, which any camera and any chat can open. */
export function paymentRequestAddress(request: PaymentRequest, origin: string): string {
  const parameters = new URLSearchParams({ to: request.accountNumber })
  if (request.amount) parameters.set('amount', request.amount)
  if (request.memo) parameters.set('memo', request.memo)
  return `${origin}/send?${parameters.toString()}`
}

/** A `loopbank:` link out of an address that `paymentRequestAddress` made; other texts stay as they are. */
function linkOf(text: string): string {
  const parameters = /^https?:\/\/[^/?#]+\/send\?(.*)$/i.exec(text)?.[1]
  if (parameters === undefined) return text
  return `${URI_SCHEME}${new URLSearchParams(parameters).get('to') ?? ''}?${parameters}`
}

/** Understands a QR code or a pasted text: a plain account number, a `loopbank:` link, or an address of this app. Null for others. */
export function readPaymentRequest(text: string, prefix: string): PaymentRequest | null {
  const trimmed = linkOf(text.trim())
  const isLink = trimmed.toLowerCase().startsWith(URI_SCHEME)
  const [address = '', query = ''] = (isLink ? trimmed.slice(URI_SCHEME.length) : trimmed).split('?')
  const letters = significant(address)
  const body = letters.startsWith(prefix) ? letters.slice(prefix.length) : letters
  // Exactly one number and nothing else: a longer text merely contains enough letters.
  if (body.length !== GROUP_LENGTH * GROUPS) return null
  const accountNumber = formatAccountNumber(body, prefix)
  const parameters = new URLSearchParams(isLink ? query : '')
  return { accountNumber, amount: parameters.get('amount'), memo: parameters.get('memo') }
}

/** The text of a QR code that asks for a payment; without amount and memo it is the plain account number. */
export function paymentRequestText(request: PaymentRequest): string {
  const parameters = new URLSearchParams()
  if (request.amount) parameters.set('amount', request.amount)
  if (request.memo) parameters.set('memo', request.memo)
  const query = parameters.toString()
  return query === '' ? request.accountNumber : `${URI_SCHEME}${request.accountNumber}?${query}`
}
