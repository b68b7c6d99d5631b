import { onScopeDispose, ref, watch, type Ref } from 'vue'
import type { Coins } from '@/shared/money/coins'
import { useEffectsStore } from '@/shared/theme/effects.store'

const COUNT_MS = 700

/** An amount that counts to its new value instead of jumping there, where movement is welcome. */
export function useCountingCoins(target: () => Coins | null): Readonly<Ref<Coins | null>> {
  const effects = useEffectsStore()
  const shown = ref(target()) as Ref<Coins | null>
  let frame = 0

  function count(from: Coins, to: Coins): void {
    const start = performance.now()
    const step = (now: number) => {
      const progress = Math.min(1, (now - start) / COUNT_MS)
      const eased = 1 - (1 - progress) ** 3
      shown.value = (progress === 1 ? to : Math.round(from + (to - from) * eased)) as Coins
      if (progress < 1) frame = requestAnimationFrame(step)
    }
    frame = requestAnimationFrame(step)
  }

  watch(target, (to) => {
    cancelAnimationFrame(frame)
    if (to !== null && shown.value !== null && effects.mayMove()) count(shown.value, to)
    else shown.value = to
  })
  onScopeDispose(() => cancelAnimationFrame(frame))
  return shown
}
