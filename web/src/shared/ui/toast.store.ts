import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { IconName } from './icons'

export interface Toast {
  id: number
  icon: IconName
  text: string
}

const SHOWN_MS = 5_000
const SHOWN_AT_ONCE_MAX = 3

/** Short notes that come and go by themselves; nothing a person must read is only said here. */
export const useToastStore = defineStore('toasts', () => {
  const toasts = ref<Toast[]>([])
  let nextId = 1

  function dismiss(id: number): void {
    toasts.value = toasts.value.filter((toast) => toast.id !== id)
  }

  function show(icon: IconName, text: string): void {
    const id = nextId++
    toasts.value = [...toasts.value, { id, icon, text }].slice(-SHOWN_AT_ONCE_MAX)
    setTimeout(() => dismiss(id), SHOWN_MS)
  }

  return { toasts, show, dismiss }
})
