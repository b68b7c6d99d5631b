import { defineStore } from 'pinia'
import { ref, watch } from 'vue'

const STORED_AS = 'loopbank.casino-sounds'
const VOLUME = 0.07
/** A rising fifth, an octave and a third above: bright, short, the same for every win. */
const WIN_NOTES_HZ = [523.25, 783.99, 1_046.5, 1_318.51]
const NOTE_SECONDS = 0.09

/** The machine's sounds, made on the spot. Silent until a person asks for them. */
export const useSlotSoundsStore = defineStore('slot-sounds', () => {
  const areOn = ref(localStorage.getItem(STORED_AS) === 'yes')
  let context: AudioContext | null = null

  watch(areOn, (on) => {
    localStorage.setItem(STORED_AS, on ? 'yes' : 'no')
    if (on) tick(1)
  })

  function tone(shape: OscillatorType, hertz: number, startSeconds: number, lengthSeconds: number): void {
    if (!areOn.value || !('AudioContext' in window)) return
    context ??= new AudioContext()
    // Browsers start silent until the first touch; every sound here follows one.
    void context.resume()
    const start = context.currentTime + startSeconds
    const oscillator = new OscillatorNode(context, { type: shape, frequency: hertz })
    const gain = new GainNode(context, { gain: 0 })
    gain.gain.setValueAtTime(VOLUME, start)
    gain.gain.exponentialRampToValueAtTime(0.000_1, start + lengthSeconds)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(start)
    oscillator.stop(start + lengthSeconds)
  }

  /** A reel clicks into place. */
  function tick(reel: number): void {
    tone('square', 130 + 20 * reel, 0, 0.05)
  }

  /** A win that is more than the bet. */
  function fanfare(): void {
    WIN_NOTES_HZ.forEach((hertz, at) => tone('triangle', hertz, at * NOTE_SECONDS, 2 * NOTE_SECONDS))
  }

  return { areOn, tick, fanfare }
})
