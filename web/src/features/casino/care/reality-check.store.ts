import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import type { PlaySession } from '@/shared/api/types'

const STORED_AS = 'loopbank.reality-check-minutes'

/** How often a player may choose to be reminded, in minutes of play. There is no "never". */
export const REALITY_CHECK_MINUTES = [15, 30, 60] as const
const MINUTES_AT_FIRST = 30

/** When the player was last told how long they have been playing. */
export const useRealityCheckStore = defineStore('reality-check', () => {
  const stored = Number(localStorage.getItem(STORED_AS))
  const minutes = ref<number>(REALITY_CHECK_MINUTES.find((choice) => choice === stored) ?? MINUTES_AT_FIRST)
  const told = ref({ beganAt: '', times: 0 })

  watch(minutes, (chosen) => localStorage.setItem(STORED_AS, String(chosen)))

  function timesDue(session: PlaySession): number {
    return Math.floor(session.minutes / minutes.value)
  }

  /** Whether a reminder of this session is due. */
  function isDue(session: PlaySession): boolean {
    const times = told.value.beganAt === session.began_at ? told.value.times : 0
    return timesDue(session) > times
  }

  /** Notes that the player has been told. */
  function tell(session: PlaySession): void {
    told.value = { beganAt: session.began_at, times: timesDue(session) }
  }

  return { minutes, isDue, tell }
})
