/** One stroke or area of a symbol: `tint` fills lightly, `line` outlines, `light` is detail, `solid` fills fully. */
export interface Stroke {
  look: 'tint' | 'line' | 'light' | 'solid'
  d: string
}

/** A symbol drawn on a 64-pixel grid, in one neon colour on the dark glass of a machine. */
export interface Drawing {
  /** The end of the text key that names it. */
  name: string
  colour: string
  strokes: readonly Stroke[]
}

const SKULL = 'M32 7C18 7 9 17 9 30c0 8 4 13 9 16v9h28v-9c5-3 9-8 9-16C55 17 46 7 32 7z'
const TOWER = 'M19 56V22l13-12 13 12v34z'
const GEM = 'M19 11h26l12 15-25 29L7 26z'
const ROCKET = 'M32 5c9 8 12 17 12 27v14H20V32c0-10 3-19 12-27z'
const MAP = 'M7 16l17-6 16 6 17-6v38l-17 6-16-6-17 6z'
const BLASTER = 'M6 18h42l10 8v8H36l-4 8h-8l-4 14H8l6-22H6z'
const STAR = 'M32 5l8 18 19 2-14.500 13L49 57 32 47 15 57l4.500-19L5 25l19-2z'
const PLUG = 'M14 21h36v11c0 9-7 16-16 16h-4c-9 0-16-7-16-16z'
const SEAL = 'M32 7a25 25 0 1 0 0 50 25 25 0 0 0 0-50z'
const ZERO = 'M13 17h11a4 4 0 0 1 4 4v22a4 4 0 0 1-4 4H13a4 4 0 0 1-4-4V21a4 4 0 0 1 4-4z'
const SPIRAL = 'M32 33c5 0 5-7-1-7-8 0-10 10-4 15 7 6 19 2 20-9 1-12-11-20-23-16C10 21 6 35 12 46c5 8 13 11 22 11'

const SKULL_DRAWING: Drawing = {
  name: 'skull',
  colour: '#FF7AE0',
  strokes: [
    { look: 'tint', d: SKULL },
    { look: 'line', d: SKULL },
    { look: 'solid', d: 'M22 25a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM42 25a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM32 38l-4 7h8z' },
    { look: 'light', d: 'M26 55v-5M32 55v-5M38 55v-5' },
  ],
}

const BINARY: Drawing = {
  name: 'binary',
  colour: '#4DF7A8',
  strokes: [
    { look: 'tint', d: ZERO },
    { look: 'line', d: `${ZERO}M40 24l9-7v30M39 47h17` },
    { look: 'light', d: 'M15 40l7-16M8 8h12M26 8h30M8 56h30M44 56h12' },
  ],
}

const PLUG_DRAWING: Drawing = {
  name: 'plug',
  colour: '#FFD166',
  strokes: [
    { look: 'tint', d: PLUG },
    { look: 'line', d: `M23 7v14M41 7v14${PLUG}M32 48v11` },
    { look: 'light', d: 'M34 25l-7 8h9l-6 8' },
  ],
}

const SECRET: Drawing = {
  name: 'secret',
  colour: '#FF8A6B',
  strokes: [
    { look: 'tint', d: SEAL },
    { look: 'line', d: SEAL },
    { look: 'light', d: 'M32 13v3M32 48v3M13 32h3M48 32h3' },
    { look: 'solid', d: 'M32 20a7.500 7.500 0 0 0-4.300 13.600L25.500 45h13l-2.200-11.400A7.500 7.500 0 0 0 32 20z' },
  ],
}

const CORP_TOWER: Drawing = {
  name: 'corpTower',
  colour: '#35EBFF',
  strokes: [
    { look: 'tint', d: TOWER },
    { look: 'line', d: `M32 10V3${TOWER}M19 36H9v20M45 36h10v20M5 56h54` },
    { look: 'light', d: 'M26 28h4M34 28h4M26 36h4M34 36h4M26 44h4M34 44h4M13 43h2M13 49h2M49 43h2M49 49h2' },
  ],
}

const STATIC: Drawing = {
  name: 'static',
  colour: '#9C8FBF',
  strokes: [
    { look: 'tint', d: 'M8 12h48v40H8z' },
    { look: 'light', d: 'M12 17h7M25 17h3M36 17h12M16 24h14M40 24h5M51 24h3M11 31h4M22 31h6M36 31h16M14 38h10M31 38h3M42 38h8M10 45h5M22 45h14M44 45h4M51 45h3' },
  ],
}

const DIAMOND: Drawing = {
  name: 'diamond',
  colour: '#7FF3FF',
  strokes: [
    { look: 'tint', d: GEM },
    { look: 'line', d: GEM },
    { look: 'light', d: 'M7 26h50M25 26l7 29 7-29M19 11l6 15 7-15 7 15 6-15' },
  ],
}

const ROCKET_DRAWING: Drawing = {
  name: 'rocket',
  colour: '#FF9A66',
  strokes: [
    { look: 'tint', d: ROCKET },
    { look: 'line', d: `${ROCKET}M20 31l-9 10v11l9-6M44 31l9 10v11l-9-6` },
    { look: 'light', d: 'M32 20a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM27 51l5 9 5-9' },
  ],
}

const STAR_MAP: Drawing = {
  name: 'starMap',
  colour: '#8CF58C',
  strokes: [
    { look: 'tint', d: MAP },
    { look: 'line', d: MAP },
    { look: 'light', d: 'M24 10v38M40 16v38M12 36l6-9M18 27l10-3M28 24l7 12M35 36l8-3M46 28l6 6M52 28l-6 6' },
  ],
}

const BLASTER_DRAWING: Drawing = {
  name: 'blaster',
  colour: '#FF7AB8',
  strokes: [
    { look: 'tint', d: BLASTER },
    { look: 'line', d: BLASTER },
    { look: 'light', d: 'M13 25h6M24 25h6M35 25h6M31 36h5M61 22v12' },
  ],
}

const STAR_DRAWING: Drawing = {
  name: 'star',
  colour: '#FFE066',
  strokes: [
    { look: 'tint', d: STAR },
    { look: 'line', d: STAR },
    { look: 'light', d: 'M32 16l-4 11-11 2' },
  ],
}

const WORMHOLE: Drawing = {
  name: 'wormhole',
  colour: '#C4A1FF',
  strokes: [
    { look: 'tint', d: SEAL },
    { look: 'line', d: SPIRAL },
    { look: 'light', d: 'M44 57c8-3 13-10 13-19M54 12v4M52 14h4M9 11v4M7 13h4M50 50l3 3' },
  ],
}

const DRAWINGS: Readonly<Record<string, Drawing>> = {
  '💀': SKULL_DRAWING,
  '01': BINARY,
  '🔌': PLUG_DRAWING,
  '㊙': SECRET,
  '🏢': CORP_TOWER,
  '▒': STATIC,
  '💎': DIAMOND,
  '🚀': ROCKET_DRAWING,
  '🗺': STAR_MAP,
  '🔫': BLASTER_DRAWING,
  '⭐': STAR_DRAWING,
  '🌀': WORMHOLE,
}

/** Asks for a coloured picture instead of a letter; it says nothing about which symbol is meant. */
const VARIATION_SELECTOR = '\uFE0F'

/** The drawing of a symbol, or null for one of a game that this app has never met. */
export function drawingOf(symbol: string): Drawing | null {
  return DRAWINGS[symbol.replaceAll(VARIATION_SELECTOR, '')] ?? null
}
