/** One mistake in one field of a form, as the server names it. */
export interface FieldMistake {
  field: string
  message: string
}

/** The server understood the request and said no; the message is a plain sentence for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal'

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: readonly FieldMistake[] = [],
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message)
  }
}

/** No answer arrived. Whether the server acted on the request is unknown. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

function fieldMistakes(value: unknown): FieldMistake[] {
  if (!Array.isArray(value)) return []
  return value.filter(
    (entry: unknown): entry is FieldMistake =>
      typeof entry === 'object' && entry !== null && 'field' in entry && 'message' in entry,
  )
}

/** Reads a problem document; an answer that is none (a proxy's page, say) becomes a refusal without a code. */
export function refusalFrom(response: Response, body: unknown): Refusal {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const message = problem.message ?? problem.detail ?? problem.error
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return new Refusal(
    response.status,
    typeof problem.code === 'string' ? problem.code : '',
    typeof message === 'string' ? message : '',
    fieldMistakes(problem.errors),
    Number.isFinite(retryAfter) ? retryAfter : null,
  )
}

interface FetchResult<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/** The answer of a request, or the reason there is none. Raises Refusal or Unreachable. */
export async function answerOf<Data>(request: Promise<FetchResult<Data>>): Promise<Data> {
  let result: FetchResult<Data>
  try {
    result = await request
  } catch (reason) {
    if (reason instanceof Refusal || reason instanceof Unreachable) throw reason
    throw new Unreachable('No answer from the bank.', { cause: reason })
  }
  if (!result.response.ok) throw refusalFrom(result.response, result.error)
  return result.data as Data
}

/** A failure after which the same request may have been carried out: the answer got lost, or the server broke off. */
export function isUncertain(failure: unknown): boolean {
  return failure instanceof Unreachable || (failure instanceof Refusal && failure.status >= 500)
}
