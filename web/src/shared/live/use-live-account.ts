import { useQueryClient } from '@tanstack/vue-query'
import { inject, onScopeDispose, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { accountKey } from '@/shared/account/account.queries'
import type { Account } from '@/shared/api/types'
import { useMoney } from '@/shared/money/use-money'
import { sessionKeeperKey, useSessionStore } from '@/shared/session/session.store'
import { transactionsKey } from '@/shared/transactions/transactions.queries'
import { useToastStore } from '@/shared/ui/toast.store'
import { applyLiveEvent, readLiveEvent, type LiveEvent } from './live-events'
import { followLiveStream } from './live-stream'
import { useLiveStore } from './live.store'

const BUZZ_MS = 60

/** Resolves after a time, sooner when the network or the person comes back, and at once when it is all over. */
function waitForRetry(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      window.removeEventListener('online', done)
      document.removeEventListener('visibilitychange', whenVisible)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const whenVisible = () => {
      if (document.visibilityState === 'visible') done()
    }
    const timer = setTimeout(done, milliseconds)
    window.addEventListener('online', done)
    document.addEventListener('visibilitychange', whenVisible)
    signal.addEventListener('abort', done)
  })
}

/** Follows the signed-in person's account for as long as the calling component lives. */
export function useLiveAccount(): void {
  const keeper = inject(sessionKeeperKey)
  const session = useSessionStore()
  const queryClient = useQueryClient()
  const live = useLiveStore()
  const toasts = useToastStore()
  const money = useMoney()
  const { t } = useI18n()
  let stop: AbortController | null = null

  function announce(event: LiveEvent): void {
    if (event.type !== 'transaction') return
    const own = queryClient.getQueryData<Account>(accountKey)?.account_number
    if (event.transaction.to_account !== own) return
    // The reels tell of a win themselves, when they stand; a note would tell it before.
    if (event.transaction.type === 'casino_win') return
    const amount = money.text(money.fromWire(event.transaction.amount))
    toasts.show('in', t('transaction.received', { amount, name: event.transaction.from_name }))
    // Phones that cannot vibrate, and all of Apple's, lack the function.
    ;(navigator as Partial<Navigator>).vibrate?.(BUZZ_MS)
  }

  function start(): void {
    if (!keeper) return
    stop = new AbortController()
    void followLiveStream(
      {
        token: () => keeper.token(),
        renewAfter: (token) => keeper.renewAfter(token),
        fetch: window.fetch.bind(window),
        wait: waitForRetry,
        random: Math.random,
        onState: (state) => (live.state = state),
        onOpen: (isReturn) => {
          const wasUnreachable = session.status === 'unreachable'
          session.status = 'signed-in'
          if (!isReturn && !wasUnreachable) return
          void queryClient.invalidateQueries({ queryKey: accountKey })
          void queryClient.invalidateQueries({ queryKey: transactionsKey })
        },
        onEvent: (event) => {
          const known = readLiveEvent(event)
          if (!known) return
          void applyLiveEvent(queryClient, known)
          announce(known)
        },
      },
      stop.signal,
    )
  }

  watch(
    () => session.status === 'signed-in' || session.status === 'unreachable',
    (hasSession) => {
      stop?.abort()
      if (hasSession) start()
    },
    { immediate: true },
  )
  onScopeDispose(() => stop?.abort())
}
