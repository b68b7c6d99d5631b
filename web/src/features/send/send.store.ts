import { useQueryClient } from '@tanstack/vue-query'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { accountKey } from '@/shared/account/account.queries'
import { useBankApi } from '@/shared/api/bank-api'
import { answerOf, isUncertain } from '@/shared/api/problem'
import type { AccountCard, Transaction } from '@/shared/api/types'
import { randomUuid } from '@/shared/browser/random-uuid'
import { useBankConfig } from '@/shared/config/bank-config'
import { coinsToWire, NO_COINS, parseCoins, type Coins } from '@/shared/money/coins'
import { transactionsKey } from '@/shared/transactions/transactions.queries'

/**
 * `uncertain`: no answer arrived, so the coins may or may not have moved. From there the only ways on are the same
 * payment with the same key, which the server carries out at most once, or a look at the statement.
 */
export type SendState = 'draft' | 'sending' | 'refused' | 'uncertain' | 'sent'

export interface Receipt {
  transaction: Transaction
  newBalance: number
}

/** One payment from its first field to its receipt. */
export const useSendStore = defineStore('send', () => {
  const api = useBankApi()
  const { scale } = useBankConfig().currency
  const queryClient = useQueryClient()

  const receiver = ref<AccountCard | null>(null)
  const amountText = ref('')
  const memo = ref('')
  const state = ref<SendState>('draft')
  const failure = ref<unknown>(null)
  const receipt = ref<Receipt | null>(null)
  const idempotencyKey = ref(randomUuid())

  const parsed = computed(() => parseCoins(amountText.value, scale))
  const amount = computed<Coins>(() => parsed.value.coins ?? NO_COINS)

  /** Starts a new payment with a new key. A payment whose outcome is open is not forgotten that way. */
  function begin(): void {
    if (state.value === 'sending' || state.value === 'uncertain') return
    abandon()
  }

  /** Starts a new payment even though the outcome of the last one is open. */
  function abandon(): void {
    receiver.value = null
    amountText.value = ''
    memo.value = ''
    state.value = 'draft'
    failure.value = null
    receipt.value = null
    idempotencyKey.value = randomUuid()
  }

  /** A refused payment was not carried out: what is sent after a change is another payment. */
  function revise(): void {
    if (state.value !== 'refused') return
    state.value = 'draft'
    failure.value = null
    idempotencyKey.value = randomUuid()
  }

  /** Sends the payment; a second call while it runs does nothing. */
  async function submit(): Promise<void> {
    if (!receiver.value || state.value === 'sending' || state.value === 'sent') return
    state.value = 'sending'
    failure.value = null
    try {
      const answer = await answerOf(
        api.coin.POST('/api/v1/transactions', {
          params: { header: { 'Idempotency-Key': idempotencyKey.value } },
          body: {
            to_account: receiver.value.account_number,
            amount: coinsToWire(amount.value, scale),
            ...(memo.value.trim() ? { memo: memo.value.trim() } : {}),
          },
        }),
      )
      receipt.value = { transaction: answer.transaction, newBalance: answer.new_balance }
      state.value = 'sent'
    } catch (reason) {
      failure.value = reason
      state.value = isUncertain(reason) ? 'uncertain' : 'refused'
    }
    void queryClient.invalidateQueries({ queryKey: accountKey })
    void queryClient.invalidateQueries({ queryKey: transactionsKey })
  }

  return { receiver, amountText, memo, state, failure, receipt, parsed, amount, begin, abandon, revise, submit }
})
