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

/** Understands a QR code or a pasted text: a plain account number or a `loopbank:` link. Null when it is neither. */
export function readPaymentRequest(text: string, prefix: string): PaymentRequest | null {
  const trimmed = text.trim()
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
