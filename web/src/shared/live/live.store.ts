import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { LiveState } from './live-stream'

/** How the live stream is doing, for every screen that shows it. */
export const useLiveStore = defineStore('live', () => {
  const state = ref<LiveState>('connecting')
  return { state }
})
