import { defineStore } from 'pinia'
import { ref, watchEffect } from 'vue'

const STORED_AS = 'loopbank.reduced-effects'

/** Whether this person wants fewer moving things than their device already asks for. */
export const useEffectsStore = defineStore('effects', () => {
  const areReduced = ref(localStorage.getItem(STORED_AS) === 'yes')

  watchEffect(() => {
    document.documentElement.dataset.effects = areReduced.value ? 'reduced' : 'full'
    localStorage.setItem(STORED_AS, areReduced.value ? 'yes' : 'no')
  })

  /** Whether anything may move right now. */
  function mayMove(): boolean {
    return !areReduced.value && !window.matchMedia('(prefers-reduced-motion: reduce)').matches
  }

  return { areReduced, mayMove }
})
