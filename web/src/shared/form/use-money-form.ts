import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { isUncertain } from '@/shared/api/problem'
import { randomUuid } from '@/shared/browser/random-uuid'
import { useFormSubmit } from './use-form-submit'

/**
 * `asking`: the effect is named and waits for a yes. `uncertain`: no answer came, so the coins may or may not have
 * moved; the only ways on are the same request under the same key, or a fresh start after a look at the books.
 */
export type MoneyFormState = 'draft' | 'asking' | 'sending' | 'uncertain' | 'done'

/** A lost answer is asked for again this long after it got lost, before anybody is bothered with it. */
const RETRY_AFTER_MS = 800

export interface MoneyFormOptions<Field extends string, Body, Receipt> {
  /** The fields that can be wrong, by the names of the API. */
  fields: readonly Field[]
  check: () => Partial<Record<Field, string>>
  /** What is going to be sent, as the form stands. */
  body: () => Body
  /** Raises Refusal or Unreachable. */
  send: (body: Body, key: string) => Promise<Receipt>
}

/** What the frame of a money form needs to know of it. */
export interface MoneyFormHandle {
  state: Ref<MoneyFormState>
  problem: Ref<string>
  attach: (element: HTMLFormElement | null) => void
  ask: () => Promise<void>
  confirm: () => Promise<void>
  withdraw: () => void
  restart: () => void
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/**
 * A form that moves coins: checked, confirmed, sent once.
 * Law: what is sent again after a lost answer is what was confirmed, under the key it was confirmed with.
 */
export function useMoneyForm<Field extends string, Body, Receipt>(options: MoneyFormOptions<Field, Body, Receipt>) {
  const { form, problem, mistakes, submit } = useFormSubmit(options.fields)
  const state = ref<MoneyFormState>('draft')
  const receipt: ShallowRef<Receipt | null> = shallowRef(null)
  let confirmed: { body: Body; key: string } | null = null

  /** Checks the form and asks for a yes. */
  async function ask(): Promise<void> {
    if (state.value !== 'draft') return
    await submit(options.check, () => {
      confirmed = { body: options.body(), key: randomUuid() }
      state.value = 'asking'
      return Promise.resolve()
    })
  }

  /** Takes the question back; nothing was sent. */
  function withdraw(): void {
    if (state.value === 'asking') state.value = 'draft'
  }

  async function sendPatiently(request: { body: Body; key: string }): Promise<Receipt> {
    try {
      return await options.send(request.body, request.key)
    } catch (failure) {
      if (!isUncertain(failure)) throw failure
    }
    await pause(RETRY_AFTER_MS)
    return options.send(request.body, request.key)
  }

  /** Sends what was asked about, or asks again for its answer; a second press while it runs does nothing. */
  async function confirm(): Promise<void> {
    if (!confirmed || (state.value !== 'asking' && state.value !== 'uncertain')) return
    const request = confirmed
    state.value = 'sending'
    await submit(
      () => ({}),
      async () => {
        try {
          receipt.value = await sendPatiently(request)
          state.value = 'done'
        } catch (failure) {
          state.value = isUncertain(failure) ? 'uncertain' : 'draft'
          if (state.value === 'draft') throw failure
        }
      },
    )
  }

  /** Begins anew, with a key of its own. */
  function restart(): void {
    if (state.value === 'sending') return
    confirmed = null
    receipt.value = null
    problem.value = ''
    state.value = 'draft'
  }

  function attach(element: HTMLFormElement | null): void {
    form.value = element
  }

  return { state, problem, mistakes, receipt, attach, ask, confirm, withdraw, restart }
}
